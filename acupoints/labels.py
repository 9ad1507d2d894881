"""Fixed words of an acupoint's sealed text, per format and language. They never change."""

LABELS = {
    1: {
        "en": {
            "other_names": "Other names",
            "where": "Where it is",
            "uses": "Traditionally used for",
            "research": "What research shows",
            "pressing": "How to press",
            "cautions": "When not to press",
        }
    }
}
