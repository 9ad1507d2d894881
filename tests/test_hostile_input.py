"""Hostile words wherever they can be typed: wherever they are shown, they are words and no more.

Three sites are built alike: a tame one; a hostile one that people typed at the desk, form by form;
and a hostile one that was written past the forms. Each page of a hostile site must have exactly
the elements of the tame one, hold nothing that acts, and show every word as it was typed.
"""

import io
import json
import struct
import zlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.forms import modelform_factory
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from lxml import html
from PIL import Image

from acupoints.models import Acupoint, AcupointRevision
from articles.models import ArticleRevision, Invitation, PageRevision, Recommendation, Source, Tip
from editorial import actions, compare, images
from editorial.actions import Token
from editorial.errors import Refused
from editorial.models import Author, Book, Credential, Event, Reviewer
from products.models import Feature, Product, ProductRevision
from tests import desk
from tests import factories as f
from tests.test_body import PAYLOADS, faults, words

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# --- What is typed -------------------------------------------------------------------------

SHORT = "\"'><b>&lt;"
MIDDLE = "\"'></title><script>alert(1)</script>&amp;"
LONG = (
    "\"'><img src=x onerror=alert(1)></title></textarea></script><script>alert(1)</script>"
    "<!--{{ 7|add:7 }}&amp;&lt;b&gt;"
)
NO_ANGLES = "\"' onmouseover=alert(1) x=&quot;&lt;script&gt;"
NO_QUOTES = "'></title><script>alert(1)</script>&amp;"
BODY = (
    '<p onclick="alert(1)" style="x">Body &lt;script&gt;</p><script>alert(1)</script>'
    '<h2 id="main">Heading &lt;img src=x onerror=alert(1)&gt;</h2><svg onload=alert(1)></svg>'
    '<p><a href="javascript:alert(1)">one</a><img src=x onerror=alert(1)></p><h2>Second</h2>'
    '<p><a href="/x" title="&quot;&gt;&lt;b&gt;" onclick="alert(1)">two</a></p>'
)
TAME_BODY = (
    "<p>Body</p><h2>Heading</h2><p><a>one</a></p><h2>Second</h2>"
    '<p><a href="/x" title="There">two</a></p>'
)


@dataclass
class Words:
    """Gives each field its own words, and remembers them by the field's name."""

    hostile: bool
    names: str | None = None
    said: dict = field(default_factory=dict)

    def __call__(self, name, limit=600, like=None):
        mark = f"q{len(self.said):02}"
        attacks = (like,) if like else (LONG, MIDDLE, SHORT)
        attack = next(text for text in attacks if len(mark + text) <= limit)
        self.said[name] = mark + (attack if self.hostile else "tame")
        return self.said[name]

    def url(self, name, base="https://example.org/"):
        self.said[name] = f"{base}q{len(self.said):02}{MIDDLE if self.hostile else 'tame'}"
        return self.said[name]


def texts(say):
    """Everything that somebody types, by what it is part of."""
    return SimpleNamespace(
        writer={"first_name": say("first_name", 150), "last_name": say("last_name", 150)},
        author={"name": say("author_name", 120, say.names), "bio": say("author_bio")},
        book={"title": say("book_title", 200), "isbn": "978-3-16-148410-0"},
        reviewer={"name": say("reviewer_name", 120, say.names), "bio": say("reviewer_bio")},
        credential={
            "title": say("credential_title", 120),
            "issuer": say("credential_issuer", 160),
            "number": say("credential_number", 60),
            "scope": say("credential_scope", 200),
            "register_url": say.url("register_url"),
        },
        sign={
            "scope": say("sign_scope", 300),
            "conflict_statement": say("conflict_statement", 500),
        },
        article={
            "title": say("title", 160),
            "summary": say("summary"),
            "hero_alt": say("hero_alt", 250),
            "hero_caption": say("hero_caption", 250),
            "hero_credit": say("hero_credit", 120),
            "tips_heading": say("tips_heading", 120),
            "note": say("note", 200),
        },
        tip={"lead": say("tip_lead", 80), "text": say("tip_text", 500)},
        source={
            "title": say("source_title", 300),
            "authors_year": say("source_authors", 160),
            "url": say.url("source_url"),
            "supports": say("source_supports"),
        },
        topic=say("topic", 100, NO_QUOTES),
        point={
            "pinyin": say("pinyin", 60),
            "traditional": say("traditional", 20),
            "simplified": say("simplified", 20),
            "english": say("english", 80),
            "other_names": say("other_names", 200),
            "location": say("location"),
            "uses": say("uses"),
            "research": say("research"),
            "pressing": say("pressing"),
            "figure_alt": say("figure_alt", 250),
        },
        caution={"kind": "pregnancy", "text": say("caution")},
        evidence={
            "statement": say("statement", 400),
            "grade": "tradition",
            "graded_by": say("graded_by", 120),
            "source_keys": "cochrane-pc6-2015",
        },
        product={
            "name": say("product_name", 120),
            "summary": say("product_summary"),
            "label": say("product_label", 40),
            "image_alt": say("image_alt", 250),
            "url": say.url("product_url", "https://www.amazon.com/"),
            "quote": say("quote"),
            "quote_by": say("quote_by", 120),
            "quote_basis": say("quote_basis", 250),
        },
        feature={"lead": say("feature_lead", 60), "text": say("feature_text", 300)},
        page={"title": say("page_title", 160), "summary": say("page_summary")},
        returned={
            "title": say("returned_title", 160),
            "summary": say("returned_summary"),
            "note": say("returned_note", 200),
        },
        waiting={"title": say("waiting_title", 160), "summary": say("waiting_summary")},
        withdrawal=say("withdrawal_reason", 500),
        request=say("request_reason", 500),
        retraction=say("retraction_reason", 500),
        body=BODY if say.hostile else TAME_BODY,
    )


# --- Two ways in ---------------------------------------------------------------------------


def past_the_forms(say):
    """The whole site written by actions, as a command or an importer would."""
    t = texts(say)
    writer, author = f.user("writer", **t.writer), past_its_save(f.author(), **t.author)
    Book.objects.create(author=author, **t.book | {"isbn": SHORT if say.hostile else "tame"})
    reviewer = f.told(past_its_save(f.reviewer(), **t.reviewer))
    f.change_credentials(reviewer, **t.credential)
    caution = (t.caution["kind"], t.caution["text"])
    evidence = [f.evidence(**t.evidence)]
    point = f.point("BL40", writer, [caution], evidence, figure=f.picture(), **t.point)
    f.publish(point, reviewer, **t.sign)
    product = ProductRevision(image=f.picture(), **t.product)
    product = f.publish(f.first_revision(Product, product, writer, [Feature(**t.feature)]))
    page = f.publish(f.page(writer, body=t.body, **t.page))
    article = f.article(
        writer,
        authors=[author],
        children=[
            Tip(**t.tip),
            Source(**t.source),
            Recommendation(product=product),
            Invitation(reviewer=reviewer),
        ],
        body=t.body + f.embed("BL40"),
        hero=f.picture(),
        **t.article,
    )
    f.tag(article, t.topic)
    f.publish(article, reviewer, **t.sign)
    withdrawn, retracted = (f.publish(f.article(writer), reviewer) for _article in range(2))
    retract(retracted, t.retraction)
    f.move("withdraw", withdrawn, f.user("editor"), reason=t.withdrawal)
    returned, waiting = f.article(writer, **t.returned), f.article(writer, **t.waiting)
    for content in (returned, waiting):
        f.move("submit", content, writer)
    f.move("request_changes", returned, f.user("editor"), reason=t.request)
    people = {"writer": writer, "author": author, "reviewer": reviewer}
    public = {"point": point, "product": product, "page": page, "article": article}
    taken_back = {"withdrawn": withdrawn, "retracted": retracted, "returned": returned}
    return SimpleNamespace(**people, **public, **taken_back, waiting=waiting, said=say.said)


def typed_at_the_desk(say):
    """The same site typed into the forms of the desk by four people."""
    t = texts(say)
    writer, reviewing = f.user("writer"), f.user("reviewer")
    users = {"writer": writer, "reviewer": reviewing}
    users |= {role: f.user(role) for role in ("editor", "administrator")}
    at_desk = {role: logged_in(user) for role, user in users.items()}
    administrator = at_desk["administrator"]
    fill(administrator, admin_url(writer, "change"), **t.writer)
    books = rows("books", t.book)
    person = {"slug": "author-a", "has_no_account": "true", **t.author}
    fill(administrator, desk.add_url(Author), **person, **books)
    profile = {"slug": "reviewer-a", "user": reviewing.pk, **t.reviewer}
    fill(administrator, desk.add_url(Reviewer), **profile)
    author, reviewer = Author.objects.get(), Reviewer.objects.get()
    years = {"kind": "licence", "valid_from": "2020-01-01", "valid_until": "2199-01-01"}
    fill(administrator, desk.add_url(Credential), reviewer=reviewer.pk, **t.credential, **years)
    second = logged_in(f.user("administrator"))
    fill(second, admin_url(Credential.objects.get(), "change"), checked="on")

    def begin(model, **fields):
        fill(at_desk["writer"], desk.add_url(model), **fields)
        return model.objects.latest("pk").content.typed

    def move(role, name, content, **answers):
        revision = desk.head(content)
        form = desk.move_form(at_desk[role], revision, name) | answers
        taken(at_desk[role].post(desk.url(revision, "move", name), form))
        content.refresh_from_db()

    def publish(content, signed=True):
        move("writer", "submit", content)
        if signed:
            move("reviewer", "sign", content, has_read="on", **t.sign)
        move("editor", "approve", content)
        return content

    parts = rows("cautions", t.caution) | rows("evidence", t.evidence)
    point = begin(AcupointRevision, code="BL40", figure=upload(), **t.point, **parts)
    publish(point)
    feature = rows("features", t.feature)
    product = begin(ProductRevision, slug="product-a", image=upload(), **t.product, **feature)
    page = begin(PageRevision, slug="page-a", body=t.body, **t.page)
    for content in (product, page):
        publish(content, signed=False)
    article = begin(
        ArticleRevision,
        slug="article-a",
        body=t.body + f.embed("BL40"),
        hero=upload(),
        **t.article,
        **rows("bylines", {"author": author.pk}),
        **rows("tips", t.tip),
        **rows("sources", t.source),
        **rows("recommendations", {"product": product.pk}),
        **rows("invitations", {"reviewer": reviewer.pk}),
    )
    fill(at_desk["writer"], desk.url(desk.head(article)), tags=t.topic)
    publish(article)
    plain = {"title": "Sample title", "summary": "A sample.", "body": "<p>Sample.</p>"}
    withdrawn = publish(begin(ArticleRevision, slug="article-w", **plain))
    retracted = publish(begin(ArticleRevision, slug="article-t", **plain))
    retract(retracted, t.retraction)
    move("editor", "withdraw", withdrawn, reason=t.withdrawal, sure="on")
    returned = begin(ArticleRevision, slug="article-r", body="<p>Sample.</p>", **t.returned)
    waiting = begin(ArticleRevision, slug="article-v", body="<p>Sample.</p>", **t.waiting)
    for content in (returned, waiting):
        move("writer", "submit", content)
    move("editor", "request_changes", returned, reason=t.request)
    people = {"writer": writer, "author": author, "reviewer": reviewer}
    public = {"point": point, "product": product, "page": page, "article": article}
    taken_back = {"withdrawn": withdrawn, "retracted": retracted, "returned": returned}
    return SimpleNamespace(**people, **public, **taken_back, waiting=waiting, said=say.said)


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def fill(client, address, /, **fields):
    """Fill in a form of the desk and send it; it must be taken."""
    form = next(v for k, v in desk.forms(client.get(address)).items() if str(k).endswith("_form"))
    taken(client.post(address, desk.values(form) | fields))


def past_its_save(made, **fields):
    """The row with fields that its `save` would refuse, as an older release may have left it."""
    type(made).objects.filter(pk=made.pk).update(**fields)
    made.refresh_from_db()
    return made


def retract(content, reason):
    signoff = content.live.signoffs.get()
    actions.revoke(signoff, kind="retract", by=signoff.signed_by, at=f.now(), reason=reason)


def new_form(client, model):
    """The form of a new row as its page would send it unchanged."""
    forms = desk.forms(client.get(desk.add_url(model)))
    return desk.values(forms[f"{model._meta.model_name}_form"])


def taken(response):
    assert response.status_code == 302, errors(response)


def errors(response):
    return [e.text_content() for e in html.fromstring(response.content).find_class("errorlist")]


def rows(prefix, *found):
    """The fields of a formset as a browser sends them."""
    found = [{"position": n, **row} for n, row in enumerate(found)]
    fields = {f"{prefix}-{n}-{name}": v for n, row in enumerate(found) for name, v in row.items()}
    return {f"{prefix}-TOTAL_FORMS": len(found), **fields}


def upload(name='"><script>alert(1)</script>.png'):
    return SimpleUploadedFile(name, f.picture().read(), "text/html")


def admin_url(row, page):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


# --- Every way out -------------------------------------------------------------------------


def public_addresses(site):
    article, point, product, page = site.article, site.point, site.product, site.page
    return {
        "home": "/",
        "articles": "/articles/",
        "article": article.get_absolute_url(),
        "article history": article.get_absolute_url() + "history/",
        "acupoints": "/acupoints/",
        "acupoint": point.get_absolute_url(),
        "points for": "/acupoints/for/other/",
        "acupoint history": point.get_absolute_url() + "history/",
        "products": "/products/",
        "product": product.get_absolute_url(),
        "product history": product.get_absolute_url() + "history/",
        "page": page.get_absolute_url(),
        "page history": page.get_absolute_url() + "history/",
        "topic": reverse("topic", args=[article.live.typed.tagged.get().slug]),
        "author": site.author.get_absolute_url(),
        "reviewer": site.reviewer.get_absolute_url(),
        "search: found": f"/search/?q={site.said['title'][:3]}",
        "retracted": site.retracted.get_absolute_url(),
        "retracted history": site.retracted.get_absolute_url() + "history/",
        "withdrawn": site.withdrawn.get_absolute_url(),
        "withdrawn history": site.withdrawn.get_absolute_url() + "history/",
    }


def desk_addresses(site):
    """{page: (role of the visitor, address)}; "writer" is the site's own."""
    found = {}
    for kind in ("article", "acupoint", "product", "page"):
        content = getattr(site, {"acupoint": "point"}.get(kind, kind))
        head = desk.head(content)
        found |= {
            f"{kind} list": ("editor", f"/admin/{content._meta.app_label}/{kind}revision/"),
            f"{kind} form": ("editor", desk.url(head)),
            f"{kind} form, read only": ("reviewer", desk.url(head)),
            f"{kind} review": ("reviewer", desk.url(head, "review")),
            f"{kind} preview": ("editor", desk.url(head, "preview")),
            f"{kind} log": ("editor", desk.url(head, "log")),
        }
    waiting, returned = desk.head(site.waiting), desk.head(site.returned)
    signoff_line = Event.objects.filter(move="sign").latest("seq")
    reason_line = Event.objects.filter(move="request_changes").latest("seq")
    credential = site.reviewer.credentials.get()
    return found | {
        "first page of a writer": ("writer", "/admin/"),
        "first page of a reviewer": ("reviewer", "/admin/"),
        "review: waiting": ("reviewer", desk.url(waiting, "review")),
        "review: signing is refused": ("suspended", desk.url(waiting, "review")),
        "review: retracted": ("reviewer", desk.url(desk.head(site.retracted), "review")),
        "review: returned": ("writer", desk.url(returned, "review")),
        "log: withdrawn": ("editor", desk.url(desk.head(site.withdrawn), "log")),
        "log lines": ("editor", "/admin/editorial/event/"),
        "log line: sign": ("editor", admin_url(signoff_line, "change")),
        "log line: reason": ("editor", admin_url(reason_line, "change")),
        "authors": ("editor", "/admin/editorial/author/"),
        "author form": ("editor", admin_url(site.author, "change")),
        "author form, read only": ("reviewer", admin_url(site.author, "change")),
        "author: deletion refused": ("superuser", admin_url(site.author, "delete")),
        "reviewers": ("administrator", "/admin/editorial/reviewer/"),
        "reviewer form": ("administrator", admin_url(site.reviewer, "change")),
        "reviewer form, read only": ("editor", admin_url(site.reviewer, "change")),
        "credentials": ("administrator", "/admin/editorial/credential/"),
        "credential form": ("administrator", admin_url(credential, "change")),
        "credential form, read only": ("editor", admin_url(credential, "change")),
        "users": ("administrator", "/admin/editorial/user/"),
        "user form": ("administrator", admin_url(site.writer, "change")),
        "user password": ("superuser", f"/admin/editorial/user/{site.writer.pk}/password/"),
    }


def asked(say):
    """Pages that say what was asked of them."""
    query = say("query", 99, f"zebra{MIDDLE}")
    listed = "/admin/articles/articlerevision/"
    initial = {"title": query, "summary": query, "body": query, "slug": query}
    return {
        "search: nothing found": ("anonymous", "/search/", {"q": query}),
        "no such page": ("anonymous", f"/{query}/", {}),
        "article list: searched": ("editor", listed, {"q": query}),
        "article list: filtered": ("editor", listed, {"state": query}),
        "user list: searched": ("administrator", "/admin/editorial/user/", {"q": query}),
        "new article: filled in by a link": ("writer", f"{listed}add/", initial),
        "log in": ("anonymous", "/admin/login/", {"next": f"/admin/{query}"}),
    }


def answered(clients, site, say):
    """{page: response} of what the desk says to forms that it does not take."""
    fields = ("title", "summary", "note", "tips_heading")
    typed = {name: say(f"typed {name}", 400) for name in fields}
    editor, writer = clients["editor"], clients["writer"]
    head, waiting = desk.head(site.article), desk.head(site.waiting)
    form, point = desk.draft_form(editor, head), desk.draft_form(editor, desk.head(site.point))
    wrong = {
        "sources-0-doi": say("wrong doi"),
        "sources-0-url": say("wrong url"),
        "tags": say("typed tags", 90),
    }
    token = Token.of(site.waiting)
    fresh = {"version": token.version, "revision": token.revision, "digest": token.digest}
    body = {"body": BODY if say.hostile else TAME_BODY}
    stale = {**fresh, "version": token.version - 1}
    returned = desk.head(site.returned)
    found = {
        "form with a wrong address": desk.save(writer, returned, slug=say("wrong slug", 70) + " !"),
        "form with errors": editor.post(desk.url(head), form | typed | wrong | body),
        "form with a wrong choice": editor.post(
            desk.url(desk.head(site.point)), point | {"cautions-0-kind": say("wrong kind")}
        ),
        "refused": writer.post(
            desk.url(waiting), fresh | typed | body | {say("field", 100, NO_QUOTES): "x"}
        ),
        "conflict with a frozen text": writer.post(desk.url(waiting), stale | typed | body),
        "move refused": writer.post(desk.url(waiting, "move", "recall"), stale),
    }
    actions.revise(
        Token.of(site.article), by=f.user("editor"), at=f.now(), summary=typed["summary"]
    )
    found["conflict"] = editor.post(desk.url(head), form | typed | body)
    return found


@dataclass
class Visit:
    status: int
    headers: dict
    text: str

    @classmethod
    def of(cls, response):
        return cls(response.status_code, response.headers, response.content.decode())

    @cached_property
    def tree(self):
        return html.document_fromstring(self.text)

    @cached_property
    def elements(self):
        """All elements with their parents and the names of their attributes, values left out."""
        found = [(element.getparent(), element) for element in self.tree.iter()]
        return [(p is not None and p.tag, e.tag, *e.attrib) for p, e in found]

    @cached_property
    def said(self):
        """What a reader can find, in the text or in a field or a description."""
        values = [value for element in self.tree.iter() for value in element.attrib.values()]
        return "\n".join([self.tree.text_content(), *values])


def visited(site, say):
    roles = ("editor", "reviewer", "administrator", "superuser")
    users = {role: f.user(role, username=f"visiting-{role}", first_name="Vera") for role in roles}
    users["suspended"] = f.user("reviewer", username="suspended")
    f.reviewer(users["reviewer"], name="Visiting Reviewer")
    line = {"title": say("suspended_title", 120), "issuer": say("suspended_issuer", 160)}
    suspended = f.reviewer(users["suspended"], name="Suspended Reviewer").credentials
    suspended.update(suspended_at=f.now(), suspended_by=users["superuser"], **line)
    clients = {role: logged_in(user) for role, user in users.items()}
    clients |= {"anonymous": Client(), "writer": logged_in(site.writer)}
    pages = {name: ("anonymous", path, {}) for name, path in public_addresses(site).items()}
    pages |= {name: (*where, {}) for name, where in desk_addresses(site).items()}
    pages |= asked(say)
    found = {name: clients[who].get(path, data) for name, (who, path, data) in pages.items()}
    found |= answered(clients, site, say)
    return SimpleNamespace(
        said=say.said, pages={name: Visit.of(response) for name, response in found.items()}
    )


SITES = {
    "tame": (past_the_forms, {"hostile": False}),
    "past the forms": (past_the_forms, {"hostile": True}),
    "typed at the desk": (typed_at_the_desk, {"hostile": True, "names": NO_ANGLES}),
}


@pytest.fixture(scope="module")
def sites(django_db_setup, django_db_blocker):
    """{site: what was said there, and every page}; no site is left when the tests begin."""
    found = {}
    for name, (build, kind_of_words) in SITES.items():
        say = Words(**kind_of_words)
        with django_db_blocker.unblock(), transaction.atomic():
            cache.clear()
            found[name] = visited(build(say), say)
            transaction.set_rollback(True)
    return found


SIGNERS = "reviewer_name credential_title credential_issuer credential_number"
CARD = "title summary reviewer_name"
NAMES = "pinyin traditional english"
POINT = (
    f"{NAMES} simplified other_names location uses research pressing figure_alt caution statement "
    "graded_by"
)
ARTICLE = (
    "title summary hero_alt hero_caption hero_credit tips_heading tip_lead tip_text source_title "
    "source_authors source_url source_supports topic author_name"
)
PRODUCT = (
    "product_name product_summary product_label image_alt product_url quote quote_by quote_basis "
    "feature_lead feature_text"
)
AUTHOR = "author_name author_bio book_title"
CREDENTIAL = f"{SIGNERS} credential_scope register_url"
PUBLIC = {
    "home": f"{CARD} {NAMES}",
    "articles": CARD,
    "article": f"{ARTICLE} {POINT} {PRODUCT} {AUTHOR} {SIGNERS}",
    "article history": f"title {SIGNERS} sign_scope conflict_statement",
    "acupoints": NAMES,
    "acupoint": f"{POINT} {SIGNERS}",
    "points for": f"{NAMES} simplified uses location caution {CARD}",
    "acupoint history": f"{SIGNERS} sign_scope conflict_statement",
    "products": PRODUCT,
    "product": PRODUCT,
    "product history": "product_name",
    "page": "page_title page_summary",
    "page history": "page_title",
    "topic": f"topic {CARD}",
    "author": f"{AUTHOR} {CARD}",
    "reviewer": f"reviewer_bio {CREDENTIAL} {CARD}",
    "search: found": CARD,
    "search: nothing found": "query",
    "retracted": "",
    "retracted history": f"{SIGNERS} retraction_reason",
    "withdrawn": "withdrawal_reason",
    "withdrawn history": "withdrawal_reason",
    "no such page": "",
}
OWNER = "first_name last_name"
DESK = {
    "article list": f"title returned_title waiting_title {OWNER}",
    "article form": f"{ARTICLE} product_name reviewer_name {OWNER}",
    "article form, read only": f"{ARTICLE} product_name reviewer_name {OWNER}",
    "article review": f"{ARTICLE} {POINT} {SIGNERS} {OWNER}",
    "article preview": f"{ARTICLE} {POINT} {PRODUCT} {AUTHOR}",
    "article log": f"title note {OWNER}",
    "acupoint list": f"pinyin {OWNER}",
    "acupoint form": f"{POINT} {OWNER}",
    "acupoint form, read only": f"{POINT} {OWNER}",
    "acupoint review": f"{POINT} {SIGNERS} {OWNER}",
    "acupoint preview": POINT,
    "acupoint log": f"pinyin {OWNER}",
    "product list": f"product_name {OWNER}",
    "product form": f"{PRODUCT} {OWNER}",
    "product form, read only": f"{PRODUCT} {OWNER}",
    "product review": f"product_name product_summary {OWNER}",
    "product preview": PRODUCT,
    "product log": f"product_name {OWNER}",
    "page list": f"page_title {OWNER}",
    "page form": f"page_title page_summary {OWNER}",
    "page form, read only": f"page_title page_summary {OWNER}",
    "page review": f"page_title page_summary {OWNER}",
    "page preview": "page_title page_summary",
    "page log": f"page_title {OWNER}",
    "first page of a writer": f"returned_title {OWNER}",
    "first page of a reviewer": "waiting_title",
    "review: waiting": f"waiting_title waiting_summary {OWNER}",
    "review: signing is refused": "suspended_title suspended_issuer",
    "review: retracted": f"{SIGNERS} retraction_reason {OWNER}",
    "review: returned": f"returned_title returned_summary returned_note request_reason {OWNER}",
    "log: withdrawn": f"withdrawal_reason {OWNER}",
    "log lines": OWNER,
    "log line: sign": "",
    "log line: reason": "",
    "authors": "author_name",
    "author form": AUTHOR,
    "author form, read only": AUTHOR,
    "author: deletion refused": "author_name",
    "reviewers": "reviewer_name",
    "reviewer form": f"reviewer_bio {SIGNERS}",
    "reviewer form, read only": f"reviewer_bio {SIGNERS}",
    "credentials": SIGNERS,
    "credential form": CREDENTIAL,
    "credential form, read only": CREDENTIAL,
    "users": OWNER,
    "user form": OWNER,
    "user password": OWNER,
    "article list: searched": "query",
    "article list: filtered": "",
    "user list: searched": "query",
    "new article: filled in by a link": "query",
    "log in": "",
}
TYPED = ("typed title", "typed summary", "typed note", "typed tips_heading")
WRONG = ("wrong doi", "wrong url", "typed tags")
ANSWERS = {
    "form with errors": (*TYPED, *WRONG, "tip_lead", "source_title"),
    "form with a wrong choice": ("wrong kind", "caution"),
    "form with a wrong address": ("wrong slug", "returned_title"),
    "refused": (*TYPED, "field"),
    "conflict with a frozen text": ("typed title", "typed summary", "waiting_title"),
    "conflict": (*TYPED, "title", "tip_lead"),
    "move refused": ("waiting_title",),
}
SHOWN = {page: names.split() for page, names in (PUBLIC | DESK).items()} | ANSWERS
STATUS = {
    "withdrawn": 410,
    "withdrawn history": 410,
    "no such page": 404,
    "refused": 403,
    "conflict": 409,
    "conflict with a frozen text": 409,
    "move refused": 409,
}
# Pages with a row for each account and each log line, of which people at forms make others.
COUNTED = {"log lines", "users", "user form"}
NONE = "'none'"
WAYS = ("past the forms", "typed at the desk")
both_ways = pytest.mark.parametrize("way", WAYS)
every_page = pytest.mark.parametrize("name", SHOWN)


@pytest.mark.once
def test_every_page_is_judged(sites):
    for site in sites.values():
        assert site.pages.keys() == SHOWN.keys()


@pytest.mark.once
@every_page
def test_a_page_answers_hostile_words_as_it_answers_tame_ones(sites, name):
    answers = {site: sites[site].pages[name].status for site in SITES}
    assert answers == dict.fromkeys(SITES, STATUS.get(name, 200))


@pytest.mark.once
@every_page
def test_a_page_holds_no_element_that_its_template_did_not_write(sites, name):
    tame, written, typed = (sites[site].pages[name].elements for site in SITES)
    assert written == tame
    if name in COUNTED:
        typed, tame = set(typed), set(tame)
    assert typed == tame


@pytest.mark.once
@every_page
def test_a_page_holds_nothing_that_acts(sites, name):
    assert [faults(sites[way].pages[name].text) for way in WAYS] == [[], []]


@pytest.mark.once
@every_page
def test_a_page_shows_every_word_as_it_was_typed(sites, name):
    for way in WAYS:
        said, page = sites[way].said, sites[way].pages[name]
        assert [word for word in SHOWN[name] if said[word] not in page.said] == [], way


@pytest.mark.once
@every_page
def test_a_page_tells_browsers_to_run_nothing_of_others(sites, name):
    for way in WAYS:
        headers = sites[way].pages[name].headers
        policy = headers["Content-Security-Policy"]
        allowed = dict(part.split(maxsplit=1) for part in policy.split("; "))
        scripts = [s for s in allowed["script-src"].split() if not s.startswith("'nonce-")]
        assert scripts == ["'self'"]
        assert allowed["default-src"] == allowed["base-uri"] == allowed["frame-ancestors"] == NONE
        assert allowed["form-action"] == "'self'"
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.once
def test_a_public_page_gives_no_nonce_that_a_cache_could_keep(sites):
    policies = [sites["tame"].pages[name].headers["Content-Security-Policy"] for name in PUBLIC]
    assert not [policy for policy in policies if "nonce" in policy]


@pytest.mark.once
@both_ways
def test_every_field_is_shown_somewhere(sites, way):
    assert set(sites[way].said) <= {word for words in SHOWN.values() for word in words}


@pytest.mark.once
@both_ways
def test_data_for_machines_comes_back_word_for_word(sites, way):
    site = sites[way]
    (script,) = site.pages["article"].tree.xpath("//script[@type='application/ld+json']")
    assert not {"<", ">", "&"} & set(script.text)
    web_page, article, trail = json.loads(script.text)["@graph"]
    said = site.said
    assert web_page["name"] == article["headline"] == said["title"]
    assert article["description"] == said["summary"]
    assert [author["name"] for author in article["author"]] == [said["author_name"]]
    (signer,) = web_page["reviewedBy"]
    line = f"{said['credential_title']}, {said['credential_issuer']} {said['credential_number']}"
    assert (signer["name"], signer["hasCredential"]["name"]) == (said["reviewer_name"], line)
    (source,) = article["citation"]
    assert (source["name"], source["identifier"]) == (said["source_title"], [said["source_url"]])
    assert trail["itemListElement"][-1]["name"] == said["title"]


@pytest.mark.once
@both_ways
def test_data_of_a_point_for_machines_comes_back_word_for_word(sites, way):
    site = sites[way]
    (script,) = site.pages["acupoint"].tree.xpath("//script[@type='application/ld+json']")
    assert not {"<", ">", "&"} & set(script.text)
    web_page, therapy, trail = json.loads(script.text)["@graph"]
    said = site.said
    assert therapy["name"] == web_page["name"] == f"BL40 {said['pinyin']}"
    assert {said["english"], said["traditional"], said["simplified"]} < set(
        therapy["alternateName"]
    )
    assert therapy["contraindication"] == [said["caution"]]
    assert [signer["name"] for signer in web_page["reviewedBy"]] == [said["reviewer_name"]]
    assert trail["itemListElement"][-1]["name"] == therapy["name"]


@pytest.mark.once
@both_ways
def test_the_text_that_was_signed_says_its_own_words_and_nothing_else(sites, way):
    for name in ("article", "article review", "article preview", "page", "page review"):
        (prose,) = sites[way].pages[name].tree.find_class("prose")
        said = "Body <script>Heading <img src=x onerror=alert(1)>oneSecondtwo"
        assert prose.text_content().startswith(said)


# --- Texts that are markup -----------------------------------------------------------------


@pytest.fixture
def writer(client):
    made = f.user("writer")
    client.force_login(made)
    return made


@pytest.mark.once
@pytest.mark.parametrize(
    "payload", PAYLOADS[::9] + [p for p in PAYLOADS if "<div><" in p or "<?" in p]
)
def test_a_body_typed_into_the_form_is_taken_cleaned_or_refused_in_words(client, writer, payload):
    f.publish(f.point("BL40"))
    article = f.article(writer)
    response = desk.save(client, desk.head(article), body=f"<p>before</p>{payload}", title="New")
    assert response.status_code == 302 or errors(response)
    head = desk.head(article)
    assert words(head.body).startswith("before" if response.status_code == 302 else "Sample.")
    assert faults(client.get(desk.url(head, "review")).content.decode()) == []


@pytest.mark.parametrize("model", [ArticleRevision, PageRevision])
def test_a_text_nested_past_reading_is_refused_in_words(client, writer, model):
    fields = {"slug": "a", "title": "A", "summary": "B.", "body": "<blockquote>" * 300 + "deep"}
    (sentence,) = errors(client.post(desk.add_url(model), new_form(client, model) | fields))
    assert sentence == "This text is nested too deeply. Paste it again without formatting."


def test_a_text_without_end_is_refused_in_words(client, writer):
    response = desk.save(client, desk.head(f.article(writer)), body="&" * 300_000)
    assert "at most 200000 characters" in errors(response)[0]


# --- Addresses that are typed --------------------------------------------------------------

WRONG_ADDRESSES = [
    "javascript:alert(1)",
    " javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://example.org/",
    "java\tscript:alert(1)",
    "javascript://example.org/%0Aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "view-source:https://example.org/",
    "https:javascript:alert(1)",
    'https://exa"><script>mple.org/',
]
ADDRESS_FIELDS = [(Source, "url"), (ProductRevision, "url"), (Credential, "register_url")]


@pytest.mark.once
@pytest.mark.parametrize("address", WRONG_ADDRESSES)
@pytest.mark.parametrize(("model", "name"), ADDRESS_FIELDS)
def test_a_form_refuses_an_address_that_is_none(model, name, address):
    form = modelform_factory(model, fields=[name])({name: address})
    assert form.errors[name][0] == "Enter a valid URL."


@pytest.mark.once
@pytest.mark.parametrize("address", [*WRONG_ADDRESSES[:6], "//evil.example/"])
def test_an_address_written_past_the_forms_is_shown_but_leads_nowhere(client, address):
    reviewer = f.reviewer()
    f.change_credentials(reviewer, register_url=address)
    source = Source(title="A study", url=address, supports="This.")
    product = f.publish(f.product(url=address))
    article = f.article(children=[source, Recommendation(product=product)])
    f.publish(article, reviewer)
    pages = [article.get_absolute_url(), product.get_absolute_url(), "/products/"]
    client.force_login(f.user("superuser"))
    for content in (article, product):
        pages += [desk.url(desk.head(content), page) for page in ("change", "review", "preview")]
    pages += [reviewer.get_absolute_url(), admin_url(reviewer.credentials.get(), "change")]
    for path in pages:
        page = Visit.of(client.get(path))
        assert faults(page.text) == [], path
        links = [e.get("href") for e in page.tree.iter("a")]
        assert address.strip() not in links, path
    assert address.strip() in Visit.of(client.get(pages[0])).said


def test_numbers_of_a_source_written_past_the_forms_are_words_and_no_more(client):
    numbers = {"doi": MIDDLE, "pmid": '"><b on=1>'}
    article = f.publish(f.article(children=[Source(title="A", supports="B.", **numbers)]))
    page = Visit.of(client.get(article.get_absolute_url()))
    assert faults(page.text) == []
    assert numbers["doi"] in page.said
    assert numbers["pmid"] in page.said


@pytest.mark.parametrize("address", ["http://example.org/", "ftp://example.org/"])
def test_a_shop_is_linked_over_https_only(address):
    form = modelform_factory(ProductRevision, fields=["url"])({"url": address})
    assert "url" in form.errors


def test_a_shop_is_named_in_words(client):
    product = f.publish(f.product(url='https://x"><img src=x onerror=alert(1)>/'))
    for path in (product.get_absolute_url(), "/products/"):
        page = Visit.of(client.get(path))
        assert faults(page.text) == []
        assert 'See it on x"><img src=x onerror=alert(1)> (paid link)' in page.said


@pytest.mark.once
def test_a_code_written_past_the_forms_is_words_and_no_more(client):
    code, names = '"><img src=x onerror=1>', {"pinyin": "A", "traditional": "A", "simplified": "A"}
    text = {"english": "A", "location": "A", "uses": "A", "pressing": "A"}
    revision, by = AcupointRevision(**names, **text), f.user()
    identity = {"slug": "x", "code": code, "meridian": "BL", "number": 1}
    point = f.publish(f.first_revision(Acupoint, revision, by, **identity))
    client.force_login(f.user("superuser"))
    desk_pages = [desk.url(revision, name) for name in ("change", "review", "preview", "log")]
    for path in ("/", "/acupoints/", point.get_absolute_url(), "/search/?q=A", *desk_pages):
        page = Visit.of(client.get(path))
        assert faults(page.text) == []
        assert code in page.said, path


@pytest.mark.parametrize(
    "slug", ["../x", '"><script>', "a b", "ä", "a/b", "", "a\n", "javascript:x"]
)
def test_no_content_gets_an_address_that_its_page_could_not_have(slug):
    with pytest.raises(Refused, match="letters, digits"):
        actions.begin(Product, by=f.user(), at=f.now(), slug=slug)
    article, revision = f.article(), ArticleRevision(title="A", summary="B.")
    by, changes = article.created_by, {"at": f.now(), "slug": slug or " "}
    saving = actions.saving(article, revision, Token.of(article), by=by, **changes)
    with pytest.raises(Refused, match="letters, digits"), ExitStack() as stack:
        stack.enter_context(saving)


def test_names_of_people_hold_no_markup(client):
    client.force_login(f.user("administrator"))
    for model in (Author, Reviewer):
        form = new_form(client, model) | {"name": "<b>Vera", "slug": "vera"}
        response = client.post(desk.add_url(model), form)
        assert errors(response) == ["A name holds no angle brackets and no control characters."]


@pytest.mark.parametrize("code", ["BL４０", "BL٤٠", "ВL40", "BL40<b>", "BL40\u200b", "BL40\n1"])
def test_no_code_looks_like_another(client, writer, code):
    form = new_form(client, AcupointRevision)
    point = f.point("ST36").head.typed
    text = {name: getattr(point, name) for name in ("pinyin", "location", "uses", "pressing")}
    names = {"traditional": "委中", "simplified": "委中", "english": "Bend"}
    response = client.post(desk.add_url(AcupointRevision), form | text | names | {"code": code})
    assert errors(response) == ["Write it like BL40 or EX-HN3."]
    assert Acupoint.objects.count() == 1


@pytest.mark.parametrize("name", ["<>", "???", "“”", "---", "'"])
def test_a_topic_without_a_letter_has_an_address_too(client, writer, name):
    article = f.article(writer)
    assert desk.save(client, desk.head(article), tags=f"{name}, knee").status_code == 302
    head = desk.head(article)
    assert {row.name for row in head.tagged.all()} == {name, "knee"}
    assert client.get(desk.url(head, "review")).status_code == 200
    f.publish(article)
    for row in head.tagged.all():
        assert client.get(row.tag.get_absolute_url()).status_code == 200


def test_two_topics_without_a_letter_have_two_addresses(client, writer):
    article = f.article(writer)
    assert desk.save(client, desk.head(article), tags="<>, ???").status_code == 302
    assert len({row.slug for row in desk.head(article).tagged.all()}) == 2


def test_a_topic_too_long_is_refused_in_words(client, writer):
    response = desk.save(client, desk.head(f.article(writer)), tags="knee, " + "x" * 101)
    assert response.status_code == 200
    assert "100" in errors(response)[0]


def test_data_is_never_read_as_a_page(client):
    point = f.point("BL40", pinyin=SHORT)
    f.publish(point)
    client.force_login(f.user("editor"))
    picked = "/admin/articles/articlerevision/pick-acupoint/?q=BL40"
    for path in (point.get_absolute_url() + "history/1/canonical.json", picked):
        response = client.get(path)
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert json.dumps(SHORT)[1:-1] in response.content.decode()


# --- Requests that no page of ours would send ----------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/%00/",
        "/topics/knee%00/",
        "/media/%00",
        "/search/?q=knee%00",
        "/articles/?page=%00",
        "/admin/articles/articlerevision/?state=%00",
        "/admin/articles/articlerevision/pick-acupoint/?q=%00",
        "/admin/autocomplete/?app_label=articles&model_name=byline&field_name=author&term=%00",
    ],
)
def test_an_address_with_a_null_character_is_refused_before_a_database_sees_it(client, path):
    client.force_login(f.user("editor"))
    response = client.get(path)
    assert response.status_code == 400
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/topics/%3Cscript%3Ealert(1)%3C/script%3E/",
        "/topics/..%2F..%2Fadmin/",
        "/topics/%F0%9F%8C%BF%E2%80%AE/",
        "/topics/%ff%fe/",
        "/search/?q=%ff%fe",
        "/search/?q=%25%27%3B--",
        "/search/?q=" + "x%20" * 2000,
        "/articles/?page=" + "9" * 5000,
        "/articles/?page=-1",
        "/articles/sample/history/99999999999999999999999999/canonical.json",
        "/acupoints/BL%EF%BC%94%EF%BC%90/",
        "//evil.example/x",
        "//evil.example/articles",
        "/\\evil.example/",
    ],
)
def test_an_odd_address_gets_a_plain_answer(client, path):
    f.publish(f.article(slug="sample"))
    response = client.get(path)
    assert response.status_code in {200, 301, 400, 404}
    assert "Content-Security-Policy" in response.headers
    assert not response.headers.get("Location", "").startswith(("//", "http", "/\\"))
    if response.headers["Content-Type"].startswith("text/html") and response.content:
        assert faults(response.content.decode()) == []


@pytest.mark.parametrize(
    "path",
    [
        "articles/articlerevision/²/change/",
        "articles/articlerevision/١/change/",
        f"articles/articlerevision/{'9' * 5000}/change/",
        "articles/articlerevision/99999999999999999999/review/",
        "articles/articlerevision/<script>/change/",
        "articles/articlerevision/1/move/<script>/",
        "articles/articlerevision/pick-acupoint/?q=%3Cscript%3E",
        "articles/articlerevision/?owner=%3Cscript%3E",
        "articles/articlerevision/?p=%3Cscript%3E",
        "articles/articlerevision/?nothing=%3Cscript%3E",
    ],
)
def test_an_odd_address_at_the_desk_gets_a_plain_answer(client, path):
    client.force_login(f.user("editor"))
    response = client.get(f"/admin/{path}")
    assert response.status_code in {200, 302, 400, 404, 405}
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if response.headers["Content-Type"].startswith("text/html") and response.content:
        assert faults(response.content.decode()) == []


@pytest.mark.parametrize(
    "sent",
    [
        {"tips-TOTAL_FORMS": "x"},
        {"tips-TOTAL_FORMS": "-1"},
        {"tips-TOTAL_FORMS": "9" * 5000},
        {"recommendations-TOTAL_FORMS": "1", "recommendations-0-product": "²"},
        {"recommendations-TOTAL_FORMS": "1", "recommendations-0-product": "9" * 5000},
        {"recommendations-TOTAL_FORMS": "1", "recommendations-0-product": "<script>"},
        {"version": "²"},
        {"revision": "9" * 5000},
        {"digest": "<script>"},
    ],
)
def test_a_broken_form_gets_a_plain_answer_when_it_is_stale_too(client, writer, sent):
    article = f.article(writer)
    head = desk.head(article)
    form = desk.draft_form(client, head)
    actions.revise(Token.of(article), by=writer, at=f.now(), summary="Quicker.")
    response = client.post(desk.url(head), form | sent)
    assert response.status_code in {200, 400, 409, 422}
    assert faults(response.content.decode()) == []


def test_a_form_that_claims_endless_rows_is_not_read_to_their_end():
    (tips,) = [r for r in actions.children_of(ArticleRevision) if r.related_model is Tip]
    sent = QueryDict("tips-TOTAL_FORMS=9999999999&tips-0-lead=Rest&tips-0-text=A while.")
    assert compare.total_forms(sent, "tips") == 2000
    assert compare.posted_parts(tips, sent) == "Rest · A while."


# --- Pictures ------------------------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><script>alert(1)</script>"


def encoded(kind="PNG", size=(40, 30), **options):
    out = io.BytesIO()
    Image.new("RGB", size, (120, 150, 110)).save(out, kind, **options)
    return out.getvalue()


def chunk(name, data):
    """A chunk of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width, height):
    """A PNG file that says it is so large, and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + parts + chunk(b"IEND", b"")


TEXT_BOMB = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(80_000_000), level=1))


def with_text_bomb(end):
    """A small PNG with compressed words that grow to 80 MB, before or after the picture."""
    data = encoded()
    return data[:-12] + TEXT_BOMB + data[-12:] if end else data[:33] + TEXT_BOMB + data[33:]


def with_broken_exif():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "x"
    data = exif.tobytes()
    return encoded("JPEG", exif=data.replace(b"\x01\x0e\x00\x02", b"\x01\x0e\x00\x05"))


NO_PICTURES = {
    "an SVG": SVG,
    "an SVG with an XML head": b'<?xml version="1.0"?>' + SVG,
    "a page": PAGE,
    "a GIF that is a script": b"GIF89a/*" + encoded("GIF") + b"*/=alert(1)//",
    "a BMP": encoded("BMP"),
    "a TIFF": encoded("TIFF"),
    "an icon": encoded("ICO"),
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nquit",
    "a head and nothing more": encoded()[:40],
    "a bomb in pixels": png_of(8000, 8000),
    "a larger bomb": png_of(60_000, 60_000),
    "a bomb in its text": with_text_bomb(end=False),
    "a bomb in text behind": with_text_bomb(end=True),
    "more than 12 MB": encoded() + bytes(12 * 1024 * 1024),
    "nothing": b"",
}


def as_upload(data, name="p.png"):
    return images.ImageFormField().clean(SimpleUploadedFile(name, data, "image/png"))


@pytest.mark.once
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("what", NO_PICTURES)
def test_what_is_no_picture_of_ours_is_refused_in_words(what):
    with pytest.raises(ValidationError) as refusal:
        as_upload(NO_PICTURES[what])
    assert refusal.value.messages[0].endswith(".")


@pytest.mark.once
@pytest.mark.parametrize("name", ["p.svg", "p.html", "p.php", '../"><script>.webp', "p"])
def test_a_picture_is_named_by_what_it_is_and_not_by_its_sender(name):
    stored = as_upload(encoded(), name)
    assert images.facts(stored.name)
    assert stored.name.endswith(".png")


@pytest.mark.once
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("kind", images.FORMATS)
@pytest.mark.parametrize("hidden", [PAGE, SVG, b"<?php system($_GET[0]); ?>"])
def test_what_hides_behind_a_picture_is_gone(kind, hidden):
    stored = as_upload(encoded(kind) + hidden).read()
    assert b"script" not in stored
    assert b"php" not in stored
    assert Image.open(io.BytesIO(stored)).format == kind


@pytest.mark.once
@pytest.mark.parametrize("kind", images.FORMATS)
def test_what_a_camera_adds_is_gone(kind):
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 1.0), 3: "E", 4: (11.0, 34.0, 1.0)})
    stored = as_upload(encoded(kind, exif=exif, icc_profile=b"<script>", comment="<script>"))
    picture = Image.open(stored)
    assert not picture.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(picture.info)
    stored.seek(0)
    assert b"script" not in stored.read()


@pytest.mark.once
def test_a_bomb_is_refused_by_its_size_before_it_is_unpacked():
    with pytest.raises(ValidationError, match="more than 50 million pixels"):
        as_upload(png_of(8000, 8000))


@pytest.mark.once
def test_a_picture_with_a_broken_head_is_no_error_of_ours():
    with pytest.raises(ValidationError):
        as_upload(with_broken_exif())


@pytest.mark.once
def test_the_picture_of_a_telephone_with_a_second_one_inside_is_taken():
    again = Image.new("RGB", (40, 30))
    stored = as_upload(encoded("MPO", save_all=True, append_images=[again]))
    assert stored.name.endswith("-40x30.jpg")


@pytest.mark.once
def test_a_large_picture_in_sixteen_bits_is_taken():
    out = io.BytesIO()
    Image.new("I;16", (6400, 40)).save(out, "PNG")
    assert "-1600x10." in as_upload(out.getvalue()).name


@pytest.mark.parametrize("what", ["an SVG", "a GIF that is a script", "a bomb in text behind"])
def test_the_desk_refuses_a_bad_upload_in_words_and_stores_nothing(client, writer, what):
    article = f.article(writer)
    file = SimpleUploadedFile("p.png", NO_PICTURES[what], "image/png")
    response = desk.save(client, desk.head(article), hero=file, hero_alt="A knee")
    assert response.status_code == 200
    assert len(errors(response)) == 1
    assert desk.head(article).number == 1


def test_a_picture_that_was_not_prepared_is_not_stored(writer):
    with pytest.raises(ValidationError, match="hash"):
        f.article(writer, hero=ContentFile(SVG, name="evil.svg"))


@pytest.mark.parametrize(
    "name",
    [
        "../db.sqlite3",
        "..%2f..%2fetc%2fpasswd",
        "images/../../manage.py",
        "images/aa/../../../.env",
        "/etc/passwd",
        "images/",
        "evil.svg",
        "evil.html",
        "images/aa/" + "a" * 64 + "-1x1.svg",
        "images/aa/" + "a" * 64 + "-1x1.png",
        "images/aa/" + "a" * 64 + "-1x1.png.html",
        "images/aa/" + "a" * 64 + "-1x1.png%0A",
        "images/aa/" + "a" * 64 + "-1x1.png%00.html",
    ],
)
def test_nothing_but_stored_pictures_is_served(client, name):
    for evil in ("evil.svg", "evil.html", f"images/aa/{'a' * 64}-1x1.png.html"):
        default_storage.save(evil, ContentFile(PAGE))
    assert client.get(f"/media/{name}").status_code in {400, 404}


@pytest.mark.parametrize(("kind", "type"), [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp")])
def test_a_stored_picture_is_served_as_what_it_is_and_nothing_else(client, kind, type):
    article = f.article(hero=as_upload(encoded(kind) + PAGE), hero_alt="A knee")
    response = client.get(f"/media/{article.head.typed.hero.name}")
    assert response.headers["Content-Type"] == f"image/{type}"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert b"script" not in b"".join(response.streaming_content)
