"""Fixed words of an article's sealed text, per format and language. They never change."""

LABELS = {
    1: {
        "en": {
            "by": "By",
            "contents": "On this page",
            "tips": "Tips",
            "sources": "Sources",
            "doi": "DOI",
            "pmid": "PubMed",
            "supports": "Supports",
            "topics": "Topics",
            "pregnancy": "If you are pregnant",
            "pregnancy_points": "This page uses points that tradition avoids in pregnancy.",
            "more": "More about this point",
        }
    }
}
PAGE_LABELS = {1: {"en": {}}}
