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
LABELS[2] = {
    "en": LABELS[1]["en"]
    | {
        "grades": {
            "high": "High certainty",
            "moderate": "Moderate certainty",
            "low": "Low certainty",
            "very_low": "Very low certainty",
            "tradition": "Traditional use only: nobody has tested this well",
        },
        "graded_by": "Graded by",
        "sources": "Sources",
        "ungraded": "Traditional use only: no study of it has been graded here",
    }
}
