"""What is wrong with a page as a browser shows it."""

from axe_playwright_python.sync_playwright import Axe

# What a page does well is not described: that takes as long as the judging.
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
COLOURS = WCAG | {"runOnly": ["color-contrast"]}
SCREENS = (320, 390, 1280)


def findings(page, besides=()):
    """[(rule, first element)] that axe holds against it under WCAG 2.2 A and AA: all rules in the
    light and, in the dark, the one on colours. Rules of `besides` do not count."""
    page.add_style_tag(content="* { transition: none !important; }")
    found = []
    for scheme, rules in (("dark", COLOURS), ("light", WCAG)):
        page.emulate_media(color_scheme=scheme)
        found += Axe().run(page, options=rules).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["id"] not in besides]


def too_wide(page, screens=SCREENS, height=800):
    """[(pixels of a screen, pixels that the page asks for)] where one has to scroll sideways."""
    found = []
    for width in screens:
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append((width, wide))
    page.set_viewport_size({"width": 1280, "height": 900})
    return found
