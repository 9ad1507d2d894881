"""Reading public pages as a visitor does."""

import json

from lxml import html


def tree_of(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status, response.status_code
    return html.fromstring(response.content.decode())


def graph_of(tree):
    """{type: node} of a page's JSON-LD."""
    (script,) = tree.xpath("//script[@type='application/ld+json']/text()")
    return {node["@type"]: node for node in json.loads(script)["@graph"]}


def badges(client, content):
    """The badges on a content's page, after a check that lists and JSON-LD say the same."""
    tree = tree_of(client, content.get_absolute_url())
    found = tree.xpath("//*[@data-badge='reviewed']")
    if content.kind == "article":
        page = graph_of(tree)["MedicalWebPage"]
        assert ("reviewedBy" in page) == ("lastReviewed" in page) == bool(found)
        listed = tree_of(client, "/articles/").xpath("//article//*[@data-badge]")
        assert bool(listed) == bool(found)
    return found


def status(client, content):
    tree = tree_of(client, content.get_absolute_url())
    return tree.xpath("//*[@data-status]/@data-status")


NAMES = {"name", "headline", "description", "alternateName", "contraindication"}
DATES = {"datePublished", "dateModified", "lastReviewed"}


def said_in(node):
    """(key, text) of all that a JSON-LD graph says in words, however deep."""
    if isinstance(node, dict):
        for key, value in node.items():
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    yield key, text
                else:
                    yield from said_in(text)
    if isinstance(node, list):
        for inner in node:
            yield from said_in(inner)


def unseen(tree):
    """What the JSON-LD of a page says and its readers do not see."""
    (script,) = tree.xpath("//script[@type='application/ld+json']/text()")
    body = " ".join(tree.find("body").text_content().split())
    times = set(tree.xpath("//time/@datetime"))
    links = set(tree.xpath("//a/@href"))
    for key, text in said_in(json.loads(script)):
        if key in NAMES and " ".join(text.split()) not in body:
            yield key, text
        if key in DATES and text not in times:
            yield key, text
        if key == "identifier" and text not in links and text not in body:
            yield key, text
