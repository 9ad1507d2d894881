"""A house of all states, with a row in every table."""

from acupoints.importing import import_points
from articles.models import Recommendation, Source, Tip
from editorial import actions, previews, redaction, reviewing, sources
from editorial.actions import Token
from editorial.models import Book, SignOff
from products.models import Feature, Product, ProductRevision
from tests import factories as f

CLAIM = '<p><a href="#source-1">It may help.</a> Or not.</p>'


def build():
    """Some forty contents. Each of the first dozen has been through nearly everything."""
    people = People()
    import_points()
    host_point = f.publish(f.point("ST36", cautions=[("vessel", "Gently.")]), people.reviewer)
    product = f.product(people.writer)
    f.publish(product)
    for number in range(12):
        full(number, people, product)
    for state in STATES:
        for _copy in range(2):
            STATES[state](simple(people), people)
    for code in ("BL40", "LI4", "PC6", "GB34", "ST25", "LU7"):
        cautions = [("vessel", f"Gently at {code}."), ("pregnancy", f"Not then: {code}.")]
        evidence = [f.evidence(statement=f"Pressing {code} may reduce nausea after operations.")]
        point = f.point(code, people.writer, cautions, evidence, figure=f.picture())
        f.publish(point, people.reviewer)
    for number in range(3):
        f.publish(with_features(number, people))
        f.publish(f.page(people.writer))
    return host_point


def with_features(number, people):
    revision = ProductRevision(
        name="A mat",
        summary="To lie on.",
        image=f.picture(),
        image_alt="A mat",
        url="https://example.org/",
    )
    texts = enumerate([f"Firm {number}", f"Light {number}"])
    rows = [Feature(lead=text, text=text, position=place) for place, text in texts]
    return f.first_revision(Product, revision, people.writer, rows)


class People:
    def __init__(self):
        self.writer = f.user("writer")
        self.editor = f.user("editor")
        self.chief = f.user("editor")
        self.administrators = f.user("administrator"), f.user("administrator")
        self.reviewer = f.reviewer()
        self.author = f.author()
        for _copy in range(4):
            spare = f.author(user=f.user("writer"))
            book = Book.objects.create(author=spare, title="A book", isbn="978-3-16-148410-0")
            f.told(book)
            f.reviewer()


def simple(people):
    return f.article(people.writer, authors=[people.author], body=f.embed("ST36"))


def full(number, people, product):
    """An article with a row in each table that can belong to one."""
    at = f.now()
    texts = [f"first of {number}", f"second of {number}"]  # no row may stand for another's
    article = f.article(
        people.writer,
        authors=[people.author],
        body=CLAIM + f.embed("ST36"),
        children=[
            *[Tip(lead=text, text="A while.", position=n) for n, text in enumerate(texts)],
            *[
                Source(title=text, url="https://example.org/", supports=text, position=n)
                for n, text in enumerate(texts)
            ],
            Recommendation(product=product),
            f.Invitation(reviewer=people.reviewer),
        ],
    )
    f.tag(article, f"topic {number}", f"topic {number} more")
    previews.create(article.head, by=people.editor, at=at, label="A paper")
    thread = reviewing.comment(
        Token.of(article), by=people.editor, at=at, text="Says who?", must_fix=True
    )
    reviewing.reply(thread, by=people.editor, at=at, text="Seen.", verdict="resolve")
    reviewing.ask(article, people.reviewer, by=people.editor, at=at, due_on=at.date(), note="Soon?")
    f.move("submit", article, people.writer)
    f.move("request_changes", article, people.chief, reason="Shorter, please.")
    f.revise(article, people.writer, summary="Shorter.", note="Cut")
    f.move("submit", article, people.writer)
    check_claims(article, people)
    f.sign(article, people.reviewer)
    f.move("approve", article, people.chief)
    f.revise(article, people.writer, summary="Put right.")
    publish(article, people, correction="A number was wrong.")
    remove(article, people, number)
    if number % 2:
        f.revoke(article)


def check_claims(article, people):
    for claim in sources.claims_of(article.head):
        reviewing.check_source(Token.of(article), claim.digest, by=people.reviewer.user, at=f.now())


def publish(article, people, **data):
    f.move("submit", article, people.writer)
    f.sign(article, people.reviewer)
    f.move("approve", article, people.chief, **data)


def remove(article, people, number):
    """The removal of an old revision's words, asked for; every third time, done."""
    one, other = people.administrators
    old = article.revisions.get(number=2)
    asked = redaction.ask(old, by=one, at=f.now(), reason="A court said so.")
    if number % 3 == 0:
        redaction.do(asked, by=other, at=f.now())


# --- One article in each state ---------------------------------------------------------------


def in_review(article, people):
    f.move("submit", article, people.writer)


def changes_requested(article, people):
    f.move("submit", article, people.writer)
    f.move("request_changes", article, people.reviewer.user, reason="Why?", stop=True)


def signed(article, people):
    f.sign(article, people.reviewer)


def scheduled(article, people):
    f.sign(article, people.reviewer)
    later = f.now() + f.datetime.timedelta(days=9)
    f.move("schedule", article, people.chief, go_live_at=later)


def published(article, people):
    publish(article, people)


def with_a_draft(article, people):
    publish(article, people)
    f.revise(article, people.writer, summary="Newer.")


def carried(article, people):
    f.sign(article, people.reviewer)
    f.move("recall", article, people.writer)
    article.refresh_from_db()
    rows = [Recommendation(product=f.product(people.writer))]
    actions.revise(Token.of(article), by=people.writer, at=f.now(), recommendations=rows)
    assert SignOff.objects.filter(content=article).count() == 2


def withdrawn(article, people):
    publish(article, people)
    f.move("withdraw", article, people.chief, reason="It was wrong.")


def returned(article, people):
    withdrawn(article, people)
    f.move("return", article, people.chief)


def put_away(article, people):
    f.move("put_away", article, people.writer)


def emergency(article, people):
    f.move("emergency", article, people.chief, reason="A warning.")


def confirmed(article, people):
    emergency(article, people)
    f.move("confirm", article, people.editor)


def draft(article, people):
    pass


STATES = {
    step.__name__: step
    for step in (
        draft,
        in_review,
        changes_requested,
        signed,
        scheduled,
        published,
        with_a_draft,
        carried,
        withdrawn,
        returned,
        put_away,
        emergency,
        confirmed,
    )
}
