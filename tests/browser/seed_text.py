"""The article that the product was conceived from, where it lies beside the checkout.

Its sentences are not part of the project; the story test reads them at run time.
"""

import re
from pathlib import Path

from django.conf import settings

FILE = Path(settings.BASE_DIR).parent / "shared" / "seed" / "knee-pain-article.txt"
POINT = re.compile(r"Acupoint: ([A-Za-z]+)-(\d+) ")


def read():
    """{"title", "summary", "blocks", "tips_heading", "tips", "product", "author"} of the file."""
    lines = [line.strip() for line in FILE.read_text().splitlines() if line.strip()]
    start = next(n for n, line in enumerate(lines) if line.startswith("Find Out More"))
    tips = next(n for n, line in enumerate(lines) if line.startswith("Tips for"))
    after = next(n for n, line in enumerate(lines) if line.startswith("What Makes"))
    product = lines.index("Gua Sha Tool")
    author = next(n for n, line in enumerate(lines) if line.startswith("Author:"))
    text = lines[start + 1 : tips] + lines[after:product]
    bullets = [line[1:].strip() for line in lines[tips:after] if line[0] == "•"]
    return {
        "title": lines[0],
        "summary": re.split(r"(?<=[.]) ", text[1])[0],
        "blocks": blocks(text),
        "tips_heading": lines[tips],
        "tips": [re.split(r":\s+", bullet, maxsplit=1) for bullet in bullets],
        "product": lines[product:author],
        "author": lines[author + 1],
    }


def blocks(lines):
    """[("h2" | "p" | "li" | "point", text or code)] in the order of the file."""
    found = []
    for line in lines:
        if point := POINT.match(line):
            found.append(("point", f"{point[1].upper()}{point[2]}"))
        elif line.startswith("•"):
            found.append(("li", line[1:].strip()))
        elif len(line) < 90 and line[-1] not in ".:":
            found.append(("h2", line))
        else:
            found.append(("p", line))
    return found
