"""Eighteen ways in which the house tells the same of a text, one function each.

Each takes a Reader and a content and says what it tells: some of {"public", "names", "words",
"publications", "counts", "state", "overdue"}, or nothing where it does not speak of this kind.
"""

import hashlib
import json

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import etree, html

from editorial import reminders, reports
from editorial.models import Content, Letter, Reviewer


class Reader:
    """Somebody who looks everywhere, and an editor at the desk."""

    def __init__(self, editor):
        self.visitor, self.desk, self.editor = Client(), Client(), editor

    def get(self, path, **query):
        return self.visitor.get(path, query)

    def tree(self, path, **query):
        return html.fromstring(self.get(path, **query).content.decode())


def told_everywhere(reader, content, truth):
    """[(surface, key, what it says, what is true)] of all that does not agree with the truth."""
    cache.clear()
    reader.desk.force_login(reader.editor)  # sessions end by the clock
    found = []
    for name, surface in SURFACES.items():
        for key, said in (surface(reader, content, truth) or {}).items():
            if truth[key] is not None and said != truth[key]:
                found.append((name, key, said, truth[key]))
    return found


def names_in(element):
    return sorted(element.xpath(".//*[@data-reviewer]/strong/text()"))


def card_in(tree, content):
    """The card of an article in a list: {"public", "names"}."""
    links = tree.xpath(f"//article[.//a[@href='{content.get_absolute_url()}']]")
    if not links:
        return {"public": False}
    marks = links[0].xpath(".//*[@data-badge]")
    said = " ".join(marks[0].text_content().split()) if marks else ""
    names = [name.removeprefix("Reviewed by ") for name in said.split(", ")] if said else []
    return {"public": True, "names": sorted(names)}


def only_articles(surface):
    return lambda reader, content, truth: (
        surface(reader, content, truth) if content.kind == "article" else None
    )


# --- To readers -----------------------------------------------------------------------------------


def page(reader, content, truth):
    answer = reader.get(content.get_absolute_url())
    if content.kind == "acupoint" and not truth["public"]:
        return {"names": names_in(html.fromstring(answer.content.decode()))}  # the atlas answers
    if answer.status_code != 200:
        return {"code": answer.status_code, "names": []}
    tree = html.fromstring(answer.content.decode())
    badges = tree.xpath("//*[@data-badge='reviewed']")
    names = names_in(badges[0]) if badges else []
    digest = tree.xpath("string(//*[@data-signed]/@data-signed)")
    shows = truth["title"] in tree.text_content()
    said = {"code": 200, "names": names, "words": shows}
    return said | {"digest": digest} if content.spec.needs_sign_off else said


def card(reader, content, truth):
    """On the page of a point, of the articles that use it."""
    pins = content.live and content.live.pins.select_related("pinned__content").first()
    if not pins or not truth["public"]:
        return None
    path = pins.pinned.content.typed.get_absolute_url()
    answer = reader.get(path)
    if answer.status_code != 200 or content.get_absolute_url() not in answer.content.decode():
        return None
    return card_in(html.fromstring(answer.content.decode()), content)


def home(reader, content, truth):
    said = card_in(reader.tree("/"), content)
    return said if said["public"] or not truth["public"] else None  # the newest ones only


def listing(reader, content, truth):
    return card_in(reader.tree("/articles/"), content)


def topic(reader, content, truth):
    revision = content.typed.live and content.typed.live.typed
    tag = revision and revision.tagged.select_related("tag").first()
    if not tag or not truth["public"] or truth["digest"] != content.live.seal.digest:
        return None
    return card_in(reader.tree(tag.tag.get_absolute_url()), content)


def reviewer(reader, content, truth):
    """Names of those whose own page lists the text as signed."""
    found = []
    for who in Reviewer.objects.filter(signoffs__content=content.pk).distinct():
        if card_in(reader.tree(who.get_absolute_url()), content)["public"]:
            found.append(who.name)
    return {"names": sorted(found)}


def author(reader, content, truth):
    head = content.head.typed
    byline = head.bylines.first()
    if byline is None or not truth["public"]:
        return None
    return card_in(reader.tree(reverse("author", args=[byline.slug])), content)


def search(reader, content, truth):
    return card_in(reader.tree("/search/", q=truth["title"]), content)


def suggestion(reader, content, truth):
    answer = reader.get("/search/suggest/", q=truth["title"]).content.decode()
    if not truth["public"]:
        return {"public": content.get_absolute_url() in answer}
    return None  # the best eight only


def feed(reader, content, truth):
    text = reader.get("/feed/").content.decode()
    said = f"{content.get_absolute_url()}<" in text or f'{content.get_absolute_url()}"' in text
    return {"public": said}


def sitemap(reader, content, truth):
    tree = etree.fromstring(reader.get("/sitemap.xml").content)
    places = [element.text for element in tree.iter("{*}loc")]
    return {"public": any(place.endswith(content.get_absolute_url()) for place in places)}


def jsonld(reader, content, truth):
    if not truth["public"]:
        return None
    scripts = reader.tree(content.get_absolute_url()).xpath(
        "//script[@type='application/ld+json']/text()"
    )
    nodes = [node for script in scripts for node in json.loads(script)["@graph"]]
    people = [one["name"] for node in nodes for one in node.get("reviewedBy", ())]
    return {"names": sorted(people)}


def history(reader, content, truth):
    answer = reader.get(f"{content.get_absolute_url()}history/")
    if answer.status_code != 200:
        return {"code": answer.status_code}
    entries = html.fromstring(answer.content.decode()).xpath("//ol[contains(@class,'history')]/li")
    standing = entries[0].xpath(".//ul/li[strong and not(.//*[contains(@class,'fault')])]")
    names = sorted(item.xpath("string(strong)") for item in standing)
    return {"code": 200, "publications": len(entries), "names": names}


def reviews(reader, content, truth):
    answer = reader.get(f"{content.get_absolute_url()}history/reviews.json")
    if answer.status_code != 200:
        return {"code": answer.status_code}
    found = answer.json()["publications"]
    names = [s["name"] for one in found for s in one["sign_offs"] if s["counts"]]
    return {"code": 200, "publications": len(found), "names": sorted(set(names))}


def canonical(reader, content, truth):
    if not truth["public"]:
        return None
    address = f"{content.get_absolute_url()}history/{truth['number']}/canonical.json"
    answer = reader.get(address)
    return {"code": answer.status_code, "digest": hashlib.sha256(answer.content).hexdigest()}


# --- At the desk ----------------------------------------------------------------------------------


def board(reader, content, truth):
    """The state by which the board's filter finds it."""
    address = reverse("admin:board")
    mark = f'id="card-{content.pk}"'
    answers = {
        state: reader.desk.get(address, {"state": state, "q": content.slug})
        for state in Content.Status.values
    }
    found = [state for state, answer in answers.items() if mark in answer.content.decode()]
    return {"state": found[0] if len(found) == 1 else found}


def report(reader, content, truth):
    """Whether it stands among those that lost their badge because their review has run out."""
    rows = reports.REPORTS["overdue"].all_rows(timezone.now())
    return {"overdue": any(f"/{content.head_id}/" in str(row[-1]) for row in rows)}


def mail(reader, content, truth):
    """Whether the reminders of today tell that it has lost its badge."""
    with transaction.atomic():
        reminders.write_all(timezone.now())
        letters = Letter.objects.filter(
            about__startswith=f"again:{content.pk}:", about__endswith=":late"
        )
        said = letters.exists()
        transaction.set_rollback(True)
    return {"overdue": said}


SURFACES = {
    "page": page,
    "card": only_articles(card),
    "home": only_articles(home),
    "list": only_articles(listing),
    "topic": only_articles(topic),
    "reviewer": only_articles(reviewer),
    "author": only_articles(author),
    "search": only_articles(search),
    "suggestion": only_articles(suggestion),
    "feed": only_articles(feed),
    "sitemap": sitemap,
    "JSON-LD": jsonld,
    "history": history,
    "reviews.json": reviews,
    "canonical.json": canonical,
    "board": board,
    "report": report,
    "mail": mail,
}


# --- What is true ---------------------------------------------------------------------------------


def truth_of(content, record, badge, revision, now):
    """What the fold says of a text; `badge` and `revision` are None where readers have nothing."""
    public, gone = revision is not None, 410 if content.withdrawn_at else 404
    title = str((revision or content.head).typed)
    return {
        "public": public,
        "code": 200 if public else gone,
        "names": sorted(s.name for s in badge.signoffs) if public and badge.stands else [],
        "words": True,
        "title": title,
        "digest": revision.seal.digest if public else None,
        "number": revision.number if public else None,
        "publications": len(record.publications(now)),
        "state": str(content.status_at(now)),
        # Where the badge fell for another reason as well, the lists of what is due may say either.
        "overdue": None if badge.faults else bool(public and badge.overdue),
    }
