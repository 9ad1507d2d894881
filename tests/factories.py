"""Plain functions that make the smallest valid object of each kind, through the same actions
that the desk uses."""

import datetime
import io
import itertools
from contextlib import contextmanager
from dataclasses import replace

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils import timezone
from PIL import Image

from acupoints import importing, nomenclature
from acupoints.meridians import CODE, order_of, slug_of
from acupoints.models import (
    Acupoint,
    AcupointRevision,
    Caution,
    Evidence,
    StandardCaution,
    StandardPoint,
)
from articles.models import (
    Article,
    ArticleRevision,
    Byline,
    Invitation,
    Page,
    PageRevision,
    Recommendation,
    TaggedArticle,
    Topic,
)
from editorial import actions, house, images, log
from editorial.actions import Token
from editorial.models import Author, Credential, Reviewer, SignOff, User
from products.models import Feature, Product, ProductRevision

_numbers = itertools.count(1)


@contextmanager
def in_format(model, format):
    """Within, revisions of the model are sealed as an older release sealed them."""
    newer = {number: fields for number, fields in model.SIGNED.items() if number > format}
    for number in newer:
        del model.SIGNED[number]
    try:
        yield
    finally:
        model.SIGNED.update(newer)


def now():
    return timezone.now()


def user(role="writer", **fields):
    """An account with one role; role "superuser" may everything that a permission can give."""
    name = fields.pop("username", f"{role}-{next(_numbers)}")
    made = User.objects.create_user(name, password="demo", is_staff=True, **fields)
    if role == "superuser":
        made.is_superuser = True
        made.save()
    elif role:
        made.groups.add(Group.objects.get(name=role))
    return told(User.objects.get(pk=made.pk))


def any_editor():
    """Who submits and approves where it does not matter who: one for all, since making an account
    takes as long as a move."""
    name = "any-editor"
    return User.objects.filter(username=name).first() or user("editor", username=name)


def told(row):
    """A row of the house, with the line that the desk writes for it."""
    house.write(f"{row._meta.model_name}_added", row, at=now())
    return row


def author(name="Sample Author", **fields):
    """An author; without an account, it is said that there is none."""
    fields = {"has_no_account": None if fields.get("user") else True} | fields
    return told(Author.objects.create(name=name, slug=f"author-{next(_numbers)}", **fields))


def credential(reviewer, **fields):
    """A valid one, looked up by somebody else than its holder."""
    person = reviewer.user.person_id
    others = User.objects.exclude(pk=reviewer.user_id).exclude(Q(pk=person) | Q(alias_of=person))
    today = timezone.localdate()
    made = Credential.objects.create(
        **{
            "reviewer": reviewer,
            "kind": Credential.Kind.LICENCE,
            "title": "Licensed acupuncturist",
            "issuer": "Sample Board",
            "number": "S-1",
            "scope": "Acupressure for adults",
            "valid_from": today - datetime.timedelta(days=1000),
            "valid_until": today + datetime.timedelta(days=1000),
            "checked_at": today,
            "checked_by": others.first() or user("administrator"),
        }
        | fields
    )
    return told(made)


def change_credentials(reviewer, **columns):
    """As the desk would have changed all that a reviewer has, with the lines that tell of it."""
    reviewer.credentials.update(**columns)
    for credential in reviewer.credentials.all():
        house.write("credential_changed", credential, at=now())


def reviewer(account=None, name="Sample Reviewer", **fields):
    """A reviewer with an account and one valid credential."""
    account = account or user("reviewer")
    made = Reviewer.objects.create(
        name=name, slug=f"reviewer-{next(_numbers)}", user=account, **fields
    )
    told(made)
    credential(made)
    return made


def picture(colour=(120, 150, 110), kind="PNG"):
    """A small valid upload, as a form would hand it over."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, kind)
    return images.prepare(ContentFile(out.getvalue(), name=f"p.{kind.lower()}"))


def first_revision(content_model, revision, by, children=(), at=None, slug=None, **identity):
    at = at or now()
    content = actions.begin(
        content_model, by=by, at=at, slug=slug or f"sample-{next(_numbers)}", **identity
    )
    with actions.saving(content, revision, None, by=by, at=at):
        revision.save()
        for child in children:
            child.revision = revision
            child.save()
    content.refresh_from_db()
    return content


def evidence(**fields):
    """A row of evidence that keeps the rules, for `point` or `revise`."""
    return Evidence(
        **{
            "statement": "Pressing it may reduce nausea after an operation.",
            "grade": "low",
            "graded_by": "the authors of the review",
            "source_keys": "cochrane-pc6-2015",
        }
        | fields
    )


def point(code="BL40", by=None, cautions=(), evidence=(), **fields):
    """An acupoint with a first draft."""
    meridian, number = code[:2], int(code[2:])
    revision = AcupointRevision(
        **{
            "pinyin": "Wěizhōng",
            "traditional": "委中",
            "simplified": "委中",
            "english": "Bend Centre",
            "location": f"Where {code} is.",
            "uses": "Stiff knees\nTired calves",
            "pressing": "Press gently for a minute.",
        }
        | fields
    )
    rows = [Caution(kind=kind, text=text) for kind, text in cautions]
    return first_revision(
        Acupoint,
        revision,
        by or user(),
        [*rows, *evidence],
        slug=f"{meridian}-{number}".lower(),
        code=code,
        meridian=meridian,
        number=number,
    )


def standard_point(code="BL40", cautions=(), **fields):
    """A point of the nomenclature; cautions are (kind, note)."""
    found = CODE.fullmatch(code)
    meridian, number = found["meridian"], int(found["number"])
    made = StandardPoint.objects.create(
        **{
            "code": code,
            "slug": slug_of(code),
            "meridian": meridian,
            "number": number,
            "order": order_of(meridian, number),
            "pinyin": "Wěizhōng",
            "traditional": "委中",
            "simplified": "委中",
            "english": "Bend Centre",
            "region": "knee-back",
        }
        | fields
    )
    for kind, note in cautions:
        StandardCaution.objects.create(
            point=made, kind=kind, applies_to="press,needle", note=note, basis="a test"
        )
    tell_nomenclature()
    return made


def tell_nomenclature():
    """The line that an import of lists writes."""
    log.write("nomenclature_imported", at=now(), tables=importing.TABLES.values())


def forget_head():
    """Let the nomenclature be read anew."""
    if nomenclature._kept:
        nomenclature._kept = replace(nomenclature._kept, head=None)


def article(by=None, authors=(), at=None, slug=None, children=(), **fields):
    """An article with a first draft."""
    revision = ArticleRevision(
        **{"title": "Sample title", "summary": "A sample summary.", "body": "<p>Sample.</p>"}
        | fields
    )
    rows = [Byline(author=who) for who in authors]
    return first_revision(Article, revision, by or user(), [*rows, *children], at, slug)


def product(by=None, **fields):
    revision = ProductRevision(
        **{
            "name": "Sample mat",
            "summary": "A mat to lie on.",
            "image": picture(),
            "image_alt": "A green mat",
            "url": "https://www.amazon.com/dp/B000000000?tag=sample-20",
        }
        | fields
    )
    return first_revision(
        Product, revision, by or user(), [Feature(lead="Firm", text="It stays in shape.")]
    )


def page(by=None, **fields):
    revision = PageRevision(
        **{"title": "How we review", "summary": "In short.", "body": "<p>So.</p>"} | fields
    )
    return first_revision(Page, revision, by or user())


def move(name, content, by, at=None, **data):
    """Make a move with a token that is true now."""
    content.refresh_from_db()
    made = actions.make(name, Token.of(content), by=by, at=at or now(), **data)
    content.refresh_from_db()
    return made


def revise(content, by=None, at=None, **fields):
    """The next revision of a content, by another editor unless named."""
    content.refresh_from_db()
    return actions.revise(Token.of(content), by=by or user("editor"), at=at or now(), **fields)


def sign_form(reviewer, at=None, **fields):
    day = timezone.localdate(at or now())
    return {
        "credential": reviewer.credentials.first(),
        "scope": "The whole text",
        "conflict_statement": "None.",
        "next_review_on": day + datetime.timedelta(days=365),
    } | fields


def sign(content, by=None, at=None, **fields):
    """Submit the content if it is a draft, and sign its head. Returns the reviewer."""
    by = by or reviewer()
    content.refresh_from_db()
    if content.status == "draft":
        move("submit", content, any_editor(), at)
    move("sign", content, by.user, at, **sign_form(by, at, **fields))
    return by


def publish(content, by=None, at=None, **fields):
    """Bring the content to the public: signed by somebody where its kind needs that."""
    content.refresh_from_db()
    if content.typed.KIND.needs_sign_off:
        sign(content, by, at, **fields)
    else:
        move("submit", content, any_editor(), at)
    move("approve", content, any_editor(), at)
    return content


def embed(*codes):
    return "".join(f'<h2>{c}</h2><div data-acupoint="{c}"></div>' for c in codes)


def recommendation():
    return Recommendation(product=product())


def invitation():
    return Invitation(reviewer=reviewer())


def tag(content, *names):
    """A further draft of the article with these topics."""
    content.refresh_from_db()
    topics = [Topic.objects.get_or_create(name=name)[0] for name in names]
    actions.revise(
        Token.of(content),
        by=content.created_by,
        at=now(),
        tagged=[TaggedArticle(tag=topic) for topic in topics],
    )
    content.refresh_from_db()


def revoke(content):
    """Take back the first sign-off of a content's head, as its signer."""
    signoff = SignOff.objects.filter(content=content).first()
    actions.revoke(signoff, kind="retract", by=signoff.signed_by, at=now(), reason="I was wrong.")
    content.refresh_from_db()


def name_in_log(content, *rows):
    """Let a line of the log name rows that a test wrote past the moves; returns the content."""
    content.refresh_from_db()
    log.number([content])
    content.refresh_from_db()
    log.write("adopt", at=now(), content=content, nth=content.lines, wrote=rows)
    return content
