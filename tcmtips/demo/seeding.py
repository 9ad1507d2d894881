"""Fills an empty database with a site worth walking through, by the same actions as the desk.

The texts stand in the TOML files beside this one. Everything is dated back from the day of
seeding, and each step is taken at its own time, so that the log reads like a year of work.
"""

import datetime
import tomllib
from functools import cache
from pathlib import Path

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone

from acupoints.meridians import CODE, slug_of
from acupoints.models import Acupoint, AcupointRevision, Caution, Evidence
from articles.models import (
    Article,
    ArticleRevision,
    Byline,
    Invitation,
    Page,
    PageRevision,
    Recommendation,
    Source,
    TaggedArticle,
    Tip,
    Topic,
)
from editorial import actions, credentials, house, images, reviewing
from editorial.actions import Token
from editorial.days import months_after
from editorial.models import Author, Book, Credential, Reviewer, User
from products.models import Feature, Product, ProductRevision

from . import pictures

HERE = Path(__file__).parent

# Demo accounts, with their roles; those in the first table can log in where DEBUG is on.
ACCOUNTS = {
    "writer": ("Nora", "Sample", ["writer"]),
    "editor": ("Edith", "Sample", ["editor"]),
    "reviewer": ("Ilse", "Sample-Brandt", ["reviewer"]),
    "admin": ("Ada", "Sample", ["administrator"]),
}
COLLEAGUES = {
    "tomas": ("Tomas", "Sample", ["writer"]),
    "jonas": ("Jonas", "Sample", ["reviewer"]),
    "ruth": ("Ruth", "Sample-Moreau", ["reviewer"]),
    "emil": ("Emil", "Sample", ["editor"]),
    "olga": ("Olga", "Sample", ["administrator"]),
}
WHO_IS = {
    "nora-sample": "writer",
    "tomas-sample": "tomas",
    "ilse-sample-brandt": "reviewer",
    "jonas-sample": "jonas",
    "ruth-sample-moreau": "ruth",
}

# Note of every point's first version, read at the desk; docs/point-texts.md holds the list.
UNCONFIRMED = "First description. An editor is still to confirm where the point lies."


def read(name):
    """One TOML file of this folder, as a dict."""
    return tomllib.loads((HERE / f"{name}.toml").read_text())


@cache
def drawn(motif):
    """(name, bytes) of a motif's drawing, encoded for the web; drawn once in a process."""
    file = images.encode(pictures.draw(motif), "WEBP")
    return file.name, file.read()


class Seeding:
    """One run: people first, then every content on its way from draft to its state."""

    def __init__(self, now, password=None):
        self.now = now
        self.password = password
        self.users, self.authors, self.reviewers, self.products = {}, {}, {}, {}

    def run(self):
        self.make_people()
        for number, text in enumerate(read("pages")["pages"]):
            self.make_page(text, days=300 - number)
        for number, text in enumerate(read("points")["points"]):
            self.make_point(text, days=text.get("days", 460 - number))
        for number, text in enumerate(read("products")["products"]):
            self.make_product(text, days=250 - number)
        for number, text in enumerate(read("articles")["articles"]):
            usual = 430 if text.get("overdue") else 200 - 14 * number
            self.make_article(text, days=text.get("days", usual))

    def day(self, days):
        """The time so many days before the seeding, in the morning."""
        return (self.now - datetime.timedelta(days=days)).replace(hour=9, minute=30)

    def date(self, days):
        return timezone.localdate(self.now) + datetime.timedelta(days=days)

    def picture(self, motif):
        """The drawing of a motif as a stored picture would be."""
        name, data = drawn(motif)
        return ContentFile(data, name=name)

    # --- People --------------------------------------------------------------------------

    def make_people(self):
        for username, (first, last, roles) in {**ACCOUNTS, **COLLEAGUES}.items():
            self.users[username] = self.make_user(username, first, last, roles)
        texts = read("people")
        for number, text in enumerate(texts["authors"], 1):
            self.make_author(text, self.picture(f"portrait-{number}"))
        for number, text in enumerate(texts["reviewers"], 3):
            self.make_reviewer(text, self.picture(f"portrait-{number}"))

    def make_user(self, username, first, last, roles):
        user = User(username=username, first_name=first, last_name=last, is_staff=True)
        if self.password and username in ACCOUNTS:
            user.set_password(self.password)
        else:
            user.set_unusable_password()
        user.save()
        user.groups.set(Group.objects.filter(name__in=roles))
        self.tell("user_added", user)
        return user

    def tell(self, move, row, *parts):
        """The line that the desk writes for somebody new."""
        house.write(move, row, *parts, at=self.day(480), data={"id": row.pk})

    def make_author(self, text, photo):
        made = Author.objects.create(
            name=text["name"],
            slug=text["slug"],
            bio=text["bio"].strip(),
            photo=photo,
            user=self.users[WHO_IS[text["slug"]]],
            is_demo=True,
        )
        books = [
            Book.objects.create(author=made, position=position, **book)
            for position, book in enumerate(text.get("books", []))
        ]
        self.tell("author_added", made, *books)
        self.authors[made.slug] = made

    def make_reviewer(self, text, photo):
        made = Reviewer.objects.create(
            name=text["name"],
            slug=text["slug"],
            bio=text["bio"].strip(),
            photo=photo,
            user=self.users[WHO_IS[text["slug"]]],
            is_demo=True,
        )
        self.tell("reviewer_added", made)
        for credential in text["credentials"]:
            self.make_credential(made, dict(credential))
        self.reviewers[made.slug] = made

    def make_credential(self, reviewer, facts):
        """One administrator enters it, and another looks it up the day after."""
        for day in {"valid_from", "valid_until"} & facts.keys():
            facts[day] = self.date(facts[day])
        is_looked_up = facts.pop("checked")
        made = Credential(reviewer=reviewer, **facts)
        credentials.keep(made, by=self.users["olga"], at=self.day(480))
        if is_looked_up:
            credentials.keep(made, by=self.users["admin"], at=self.day(479), checked=True)

    # --- Contents ------------------------------------------------------------------------

    def draft(self, model, revision, *, by, days, slug, children=(), **identity):
        """A content with its first revision, saved so many days ago."""
        by, at = self.users[by], self.day(days)
        content = actions.begin(model, by=by, at=at, slug=slug, is_demo=True, **identity)
        with actions.saving(content, revision, None, by=by, at=at):
            revision.save()
            for position, child in enumerate(children):
                if hasattr(child, "position"):
                    child.position = position
                setattr(child, child.PARENT, revision)
                child.save()
        content.refresh_from_db()
        return content

    def move(self, name, content, by, days, **data):
        content.refresh_from_db()
        user = User.objects.get(pk=self.users[by].pk)
        actions.make(name, Token.of(content), by=user, at=self.day(days), **data)

    def sign(self, content, reviewer, days, months=12):
        signer = self.reviewers[reviewer]
        at = timezone.localdate(self.day(days))
        self.move(
            "sign",
            content,
            WHO_IS[reviewer],
            days,
            credential=signer.credentials.filter(valid_from__lte=at).first(),
            scope="The whole text, with pictures, tips and sources",
            conflict_statement="None. I own no share in any shop or product named here.",
            next_review_on=months_after(at, months),
        )

    def make_page(self, text, days):
        revision = PageRevision(
            title=text["title"], summary=text["summary"], body=text["body"], note="First version"
        )
        page = self.draft(Page, revision, by="editor", days=days, slug=text["slug"])
        self.move("submit", page, "editor", days - 1)
        self.move("approve", page, "emil", days - 2)

    def make_point(self, text, days):
        code = text["code"]
        found = CODE.fullmatch(code)
        fields = ("pinyin", "traditional", "simplified", "english", "other_names")
        texts = ("location", "uses", "research", "pressing")
        revision = AcupointRevision(
            note=UNCONFIRMED, **{name: text.get(name, "") for name in (*fields, *texts)}
        )
        point = self.draft(
            Acupoint,
            revision,
            by="tomas",
            days=days,
            slug=slug_of(code),
            children=[
                *[Caution(**caution) for caution in text.get("cautions", [])],
                *[Evidence(**row) for row in text.get("evidence", [])],
            ],
            code=code,
            meridian=found["meridian"],
            number=int(found["number"]),
        )
        steps = STEPS[text["state"]]
        if "submit" in steps:
            self.move("submit", point, "tomas", days - 2)
        if "sign" in steps:
            self.sign(point, "ilse-sample-brandt", days - 5, months=24)
        if "approve" in steps:
            self.move("approve", point, "editor", days - 6)
        self.comment(point, text.get("comments", ()), days - 5)
        if "revised" in text:
            self.publish_anew(point, text["revised"])

    def publish_anew(self, point, pressing):
        """The point with other words for pressing, signed and approved again this week."""
        point.refresh_from_db()
        by = User.objects.get(username="tomas")
        note = "Says what to do afterwards"
        token = Token.of(point)
        actions.revise(token, by=by, at=self.day(7), pressing=pressing.strip(), note=note)
        self.move("submit", point, "tomas", 7)
        self.sign(point, "ilse-sample-brandt", 6, months=24)
        self.move("approve", point, "editor", 5)

    def make_product(self, text, days):
        plain = ("name", "summary", "label", "image_alt", "url", "quote", "quote_by", "quote_basis")
        revision = ProductRevision(
            image=self.picture(text["motif"]),
            quote_on=self.date(text["quote_on"]),
            **{name: text[name] for name in plain},
        )
        product = self.draft(
            Product,
            revision,
            by="tomas",
            days=days,
            slug=text["slug"],
            children=[Feature(**feature) for feature in text["features"]],
        )
        self.move("submit", product, "tomas", days - 1)
        self.move("approve", product, "editor", days - 2)
        self.products[text["slug"]] = product

    def make_article(self, text, days):
        writer = WHO_IS[text["author"]]
        article = self.draft(
            Article,
            self.article_revision(text),
            by=writer,
            days=days,
            slug=text["slug"],
            children=self.article_children(text),
        )
        steps = STEPS[text["state"]]
        if "put away" in steps:
            self.move("put_away", article, writer, days - 3)
        elif steps:
            self.move("submit", article, writer, days - 3)
        if "request_changes" in steps:
            self.move(
                "request_changes",
                article,
                WHO_IS[text["reviewer"]],
                days - 6,
                reason=text["reason"],
            )
        if "sign" in steps:
            self.sign(article, text["reviewer"], days - 6)
        if "schedule" in steps:
            go_live = self.now + datetime.timedelta(days=9)
            self.move("schedule", article, "editor", days - 7, go_live_at=go_live)
        if "approve" in steps:
            self.move("approve", article, "editor", days - 7)
        if "correct" in steps:
            self.correct(article, text, writer)
        if "withdraw" in steps:
            self.move("withdraw", article, "editor", 4, reason=text["reason"])
        self.comment(article, text.get("comments", ()), days - 5)
        if "draft again" in steps:
            article.refresh_from_db()
            actions.revise(
                Token.of(article),
                by=User.objects.get(username=writer),
                at=self.day(2),
                summary=text["draft_summary"],
                note="A shorter summary",
            )

    def comment(self, content, comments, days):
        for comment in comments:
            content.refresh_from_db()
            by = User.objects.get(username=comment["by"])
            words = {name: value for name, value in comment.items() if name != "by"}
            reviewing.comment(Token.of(content), by=by, at=self.day(days), **words)

    def correct(self, article, text, writer):
        """The summary as it reads now, signed anew, with a public note of what was wrong."""
        article.refresh_from_db()
        actions.revise(
            Token.of(article),
            by=User.objects.get(username=writer),
            at=self.day(20),
            summary=text["corrected_summary"],
            note="The summary put right",
        )
        self.move("submit", article, writer, 19)
        self.sign(article, text["reviewer"], 18)
        self.move("approve", article, "editor", 17, correction=text["correction"])

    def article_revision(self, text):
        return ArticleRevision(
            title=text["title"],
            summary=text["summary"],
            body=text["body"],
            hero=self.picture(text["hero"]),
            hero_alt=text["hero_alt"],
            hero_caption=text.get("hero_caption", ""),
            hero_credit="Drawn for TCM Tips",
            tips_heading=text["tips_heading"],
            note="First version",
        )

    def article_children(self, text):
        topics = [Topic.objects.get_or_create(name=name)[0] for name in text["topics"]]
        return [
            Byline(author=self.authors[text["author"]]),
            *[Tip(**tip) for tip in text["tips"]],
            *[Source(**source) for source in text.get("sources", [])],
            *[TaggedArticle(tag=topic) for topic in topics],
            *[Recommendation(product=self.products[slug]) for slug in text.get("products", [])],
            Invitation(reviewer=self.reviewers[text["reviewer"]]),
        ]


# What happens to an article or a point, by the state that it ends in.
STEPS = {
    "draft": (),
    "discarded": ("put away",),
    "in_review": ("submit",),
    "changes_requested": ("submit", "request_changes"),
    "signed": ("submit", "sign"),
    "scheduled": ("submit", "sign", "schedule"),
    "published": ("submit", "sign", "approve"),
    "corrected": ("submit", "sign", "approve", "correct"),
    "withdrawn": ("submit", "sign", "approve", "withdraw"),
    "published_with_draft": ("submit", "sign", "approve", "draft again"),
}
