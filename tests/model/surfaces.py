"""Eighteen ways in which the house tells the same of a text, one function each.

Each takes a Reader, a content and what is true of it (`truth_of`), and says what it tells: some of
the same keys, or nothing where it does not speak of this text.
"""

import datetime
import hashlib
import json

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import etree, html

from editorial import reminders, reports, standing
from editorial.models import Letter, Reviewer


def tree_of(answer):
    return html.fromstring(answer.content.decode().strip() or "<p></p>")


class Reader:
    """Somebody who looks everywhere, and an editor at the desk. What was read once is not asked
    again before `forget`: many texts stand on the same page."""

    def __init__(self, editor):
        self.visitor, self.desk, self.editor, self.read = Client(), Client(), editor, {}

    def forget(self):
        self.read.clear()
        cache.clear()

    def get(self, path, **query):
        asked = path, *query.items()
        if asked not in self.read:
            self.read[asked] = self.visitor.get(path, query)
        return self.read[asked]

    def tree(self, path, **query):
        return tree_of(self.get(path, **query))


def told(reader, content, truth, asked=None):
    """[(surface, key, what it says, what is true)] of all that does not agree with the truth.

    `asked`: names of surfaces, all of them unless given."""
    found = []
    for name in asked or SURFACES:
        for key, said in (SURFACES[name](reader, content, truth) or {}).items():
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
    tree = tree_of(answer)
    if content.kind == "acupoint" and not truth["public"]:
        return {"names": names_in(tree)}  # the atlas answers
    if answer.status_code != 200:
        return {"code": answer.status_code, "names": []}
    badges = tree.xpath("//*[@data-badge='reviewed']")
    said = {
        "code": 200,
        "names": names_in(badges[0]) if badges else [],
        "notices": notices_in(tree),
        "words": truth["title"] in tree.text_content(),
    }
    if badges:
        own = badges[0].xpath("string(.//*[@class='own-review'])")
        said["sections"] = [one for one in truth["sections"] if all(name in own for name in one)]
    if content.spec.needs_sign_off:
        said["digest"] = tree.xpath("string(//*[@data-signed]/@data-signed)")
    return said


def notices_in(tree):
    """What readers are told before the text, by the sentences of the templates."""
    kinds = ("unreviewed", "caution")
    told = {one for one in tree.xpath("//aside/@data-notice") if one in kinds}
    return told | {"overdue"} & {*tree.xpath("//@data-status")}


def card(reader, content, truth):
    """On the page of a point, of the articles that use it."""
    pin = truth["revision"].pins.select_related("pinned__content").first()
    if not (pin and truth["public"]):
        return None
    path = pin.pinned.content.typed.get_absolute_url()
    answer = reader.get(path)
    if answer.status_code != 200 or content.get_absolute_url() not in answer.content.decode():
        return None
    return card_in(tree_of(answer), content)


def home(reader, content, truth):
    tree = reader.tree("/")
    said = card_in(tree, content)
    is_full = len(tree.xpath("//article[.//a[starts-with(@href, '/articles/')]]")) >= 7
    return None if is_full and not said["public"] else said  # the newest ones only


def listing(reader, content, truth):
    return card_in(reader.tree("/articles/"), content)


def topic(reader, content, truth):
    tag = truth["revision"].tagged.select_related("tag").first()
    return tag and card_in(reader.tree(tag.tag.get_absolute_url()), content)


def reviewer(reader, content, truth):
    """Names of those whose own page lists the text as signed."""
    found = []
    for who in Reviewer.objects.filter(signoffs__content=content.pk).distinct():
        if card_in(reader.tree(who.get_absolute_url()), content)["public"]:
            found.append(who.name)
    return {"names": sorted(found)}


def author(reader, content, truth):
    byline = truth["revision"].bylines.first()
    return byline and card_in(reader.tree(reverse("author", args=[byline.slug])), content)


def search(reader, content, truth):
    return card_in(reader.tree("/search/", q=truth["title"]), content)


def suggestion(reader, content, truth):
    tree = reader.tree("/search/suggest/", q=truth["title"])
    links = tree.xpath("//a/@href")
    said = content.get_absolute_url() in links
    return {"public": said} if said or len(links) < 8 else None  # the best ones only


def feed(reader, content, truth):
    text = reader.get("/feed/").content.decode()
    said = f"{content.get_absolute_url()}<" in text or f'{content.get_absolute_url()}"' in text
    return {"public": said}


def sitemap(reader, content, truth):
    tree = etree.fromstring(reader.get("/sitemap.xml").content)
    places = [element.text for element in tree.iter("{*}loc")]
    return {"public": any(place.endswith(content.get_absolute_url()) for place in places)}


def jsonld(reader, content, truth):
    tree = reader.tree(content.get_absolute_url())
    scripts = tree.xpath("//script[@type='application/ld+json']/text()")
    nodes = [node for script in scripts for node in json.loads(script)["@graph"]]
    people = [one["name"] for node in nodes for one in node.get("reviewedBy", ())]
    return {"names": sorted(people)}


def history(reader, content, truth):
    answer = reader.get(f"{content.get_absolute_url()}history/")
    if answer.status_code != 200:
        return {"code": answer.status_code}
    entries = tree_of(answer).xpath("//ol[contains(@class,'history')]/li")
    standing = entries[0].xpath(".//ul/li[strong and not(.//*[contains(@class,'fault')])]")
    headings = [entry.xpath("string(h2)") for entry in reversed(entries)]
    faults = [entry.xpath("string(.)") for entry in reversed(entries)]
    return {
        "code": 200,
        "publications": len(entries),
        "names": sorted(item.xpath("string(strong)") for item in standing),
        "reviewed again": [", reviewed " in words for words in headings],
        "withdrawn": ["Withdrawn on" in words for words in faults],
        "unreviewed": ["Published without a review." in words for words in faults],
    }


def reviews(reader, content, truth):
    answer = reader.get(f"{content.get_absolute_url()}history/reviews.json")
    if answer.status_code != 200:
        return {"code": answer.status_code}
    found = answer.json()["publications"]
    names = [s["name"] for one in found for s in one["sign_offs"] if s["counts"]]
    return {
        "code": 200,
        "publications": len(found),
        "names": sorted(set(names)),
        "withdrawn": [bool(one["withdrawn"]) for one in reversed(found)],
        "unreviewed": [bool(one["published_without_review"]) for one in reversed(found)],
    }


def canonical(reader, content, truth):
    if not truth["public"]:
        return None
    address = f"{content.get_absolute_url()}history/{truth['number']}/canonical.json"
    answer = reader.get(address)
    return {"code": answer.status_code, "digest": hashlib.sha256(answer.content).hexdigest()}


# --- At the desk ----------------------------------------------------------------------------------


def board(reader, content, truth):
    """The column in which it stands, or, of a state that has none, whether its list has it."""
    address, mark = reverse("admin:board"), f"card-{content.pk}"
    reader.desk.force_login(reader.editor)  # sessions end by the clock
    tree = tree_of(reader.desk.get(address, {"q": content.slug}))
    columns = tree.xpath(f"//section[.//*[@id='{mark}']]/@aria-labelledby")
    if columns:
        return {"state": ", ".join(column.removeprefix("column-") for column in columns)}
    listed = reader.desk.get(address, {"q": content.slug, "state": truth["state"]})
    is_there = f'id="{mark}"' in listed.content.decode()
    return {"state": truth["state"] if is_there else None}


def report(reader, content, truth):
    """Whether it stands among those that lost their badge because their review has run out, and
    the day for which the calendar has it."""
    now, path = timezone.now(), f"/{content.head_id}/"
    rows = {
        name: [row for row in reports.REPORTS[name].all_rows(now) if path in row[-1]]
        for name in ("overdue", "calendar")
    }
    days = [row[2] for row in rows["calendar"]]
    return {"overdue": bool(rows["overdue"]), "due": ", ".join(days)}


def mail(reader, content, truth):
    """Whether the reminders of today tell that it is due or has lost its badge, and that it waits
    for a second person."""
    with transaction.atomic():
        reminders.write_all(timezone.now())
        about = set(Letter.objects.values_list("about", flat=True))
        transaction.set_rollback(True)
    again = {one.split(":")[-1] for one in about if one.startswith(f"again:{content.pk}:")}
    waits = any(one.startswith(f"emergency:{content.pk}:") for one in about)
    return {"overdue": "late" in again, "soon": "soon" in again, "unconfirmed": waits}


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


SOON = datetime.timedelta(days=30)
YEAR = datetime.timedelta(days=365)


def truth_of(content, record, badge, revision, now):
    """What the fold says of a text; `revision` is None where readers have nothing."""
    public, gone = revision is not None, 410 if content.withdrawn_at else 404
    publications, shown = record.publications(now), revision or content.head.typed
    due, today = due_on(badge, record, revision, now), timezone.localdate(now)
    return {
        "public": public,
        "code": 200 if public else gone,
        "names": sorted(s.name for s in badge.signoffs) if public and badge.stands else [],
        "notices": notices_of(badge),
        "sections": sections_of(badge),
        "words": True,
        "revision": shown,
        "title": str(shown),
        "digest": revision.seal.digest if public else None,
        "number": revision.number if public else None,
        "publications": len(publications),
        "reviewed again": [reviewed_again(record, *two) for two in pairs(publications)],
        "withdrawn": [bool(one.withdrawn) for one in publications],
        "unreviewed": [one.line.move == standing.UNREVIEWED for one in publications],
        "state": str(content.status_at(now)),
        "due": due.isoformat() if due and due <= today + YEAR else "",
        "overdue": bool(due) and due < today,
        "soon": bool(due) and today <= due <= today + SOON,
        "unconfirmed": bool(badge.emergency) and not badge.confirmed,
    }


def notices_of(badge):
    told = {
        "unreviewed": badge.emergency,
        "caution": badge.new_cautions,
        "overdue": badge.overdue,
    }
    return {name for name, is_so in told.items() if is_so}


def sections_of(badge):
    """[(name of an embedded text, its signers)]: what the badge says that it does not cover."""
    return [(name, *(s.split(",")[0] for s in signers)) for name, signers in badge.sections]


def due_on(badge, record, revision, now):
    """The day for which a review is due; what lost its badge for another reason is not, while a
    text that waits for what it embeds is."""
    if revision is None or badge.faults != standing.pin_faults(record, revision, now):
        return None
    return badge.next_review_on


def pairs(publications):
    return zip([None, *publications], publications, strict=False)


def reviewed_again(record, before, publication):
    """Whether the approval of the same words rests on what somebody signed since they were
    published before."""
    if before is None or before.revision_id != publication.revision_id:
        return False
    named = record.named_by(publication.line)
    return any(record.signed_at[key] > before.line.seq for key in named)
