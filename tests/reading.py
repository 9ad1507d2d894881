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
