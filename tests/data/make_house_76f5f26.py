"""Makes `house-76f5f26.json.gz`: a house as release 0.3 kept it.

Run it at the root of a checkout of commit 76f5f26, with that release's tests on the path:

    PYTHONPATH=. python make_house_76f5f26.py house-76f5f26.json.gz

Rows are signed with the SIGNING_KEY of the tests. Beside the rows stands what that release's own
code said of each page, so that later releases are held to it.
"""

import base64
import datetime
import gzip
import os
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

import time_machine  # noqa: E402
from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core import serializers  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.recorder import MigrationRecorder  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles.models import Source  # noqa: E402
from editorial import actions, pages, previews, redaction, reviewing, signing, sources  # noqa: E402
from editorial.actions import Token  # noqa: E402
from editorial.kinds import models_by_kind  # noqa: E402
from editorial.models import Content, SignOff  # noqa: E402
from tests import factories as f  # noqa: E402
from tests.database import sql  # noqa: E402

BEGUN = datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC)
LEFT_OUT = {"contenttypes", "sessions", "admin", "auth"}
DAY = datetime.timedelta(days=1)


def named(first, last):
    return f.user("reviewer", username=first.lower(), first_name=first, last_name=last)


def people():
    who = {name: f.user(name, username=name) for name in ("writer", "editor")}
    who |= {name: f.user("administrator", username=name) for name in ("anna", "bruno")}
    who["chief"] = f.user("editor", username="chief")
    for first in ("Ilse", "Otto", "Nora"):
        who[first] = f.reviewer(named(first, "Sample"), name=f"{first} Sample")
    return who


def submit_and_sign(content, who, *reviewers, **form):
    f.move("submit", content, who["editor"])
    for reviewer in reviewers:
        f.move("sign", content, who[reviewer].user, **f.sign_form(who[reviewer]) | form)


def publish(content, who, *reviewers, **form):
    submit_and_sign(content, who, *reviewers, **form)
    f.move("approve", content, who["chief"])
    return content


def article(slug, who, **fields):
    return f.article(who["writer"], slug=slug, title=slug.replace("-", " ").capitalize(), **fields)


def draft(content, who, **fields):
    return f.revise(content, who["writer"], **fields)


def points(who):
    for code in ("BL40", "ST36", "LI4", "GB20"):
        publish(f.point(code, who["writer"]), who, "Ilse")


def make_plain_ones(who):
    publish(article("knee-pain", who, authors=[f.author()]), who, "Ilse")
    publish(article("two-names", who), who, "Ilse", "Otto")
    publish(article("host", who, body="<p>A</p>" + f.embed("BL40")), who, "Otto")
    publish(article("host-of-a-caution", who, body="<p>A</p>" + f.embed("ST36")), who, "Otto")
    publish(
        article("host-of-a-withdrawn-point", who, body="<p>A</p>" + f.embed("LI4")), who, "Otto"
    )
    submit_and_sign(article("host-that-waits", who, body="<p>A</p>" + f.embed("ST36")), who, "Otto")
    f.move("schedule", at("host-that-waits"), who["chief"], go_live_at=f.now() + 200 * DAY)
    publish(f.product(who["writer"]), who)
    publish(f.page(who["writer"]), who)
    article("a-draft", who)
    f.move("put_away", article("put-away", who), who["writer"])
    publish(article("overdue", who), who, "Ilse", next_review_on=timezone.localdate() + 9 * DAY)


def at(slug):
    return Content.objects.get(slug=slug).typed


def make_refused_ones(who):
    """Where the rules of that release passed over somebody's "no"."""
    rejected = article("rejected-and-resubmitted", who)
    submit_and_sign(rejected, who, "Ilse")
    f.move("request_changes", rejected, who["Otto"].user, reason="The dose is wrong.")
    f.move("submit", rejected, who["writer"])
    f.move("approve", rejected, who["chief"])

    overruled = article("overruled", who)
    submit_and_sign(overruled, who, "Ilse")
    thread = comment(overruled, who["Otto"].user, "This must go.", must_fix=True)
    resolve(thread, who["editor"])
    f.move("approve", overruled, who["chief"])

    answered = article("answered", who)
    submit_and_sign(answered, who, "Ilse")
    thread = comment(answered, who["Otto"].user, "Is this so?", must_fix=True)
    reviewing.reply(thread, by=who["writer"], at=f.now(), text="It is.")
    resolve(thread, who["Otto"].user)
    f.move("approve", answered, who["chief"])

    emergency = article("emergency-after-a-schedule", who)
    submit_and_sign(emergency, who, "Ilse")
    f.move("schedule", emergency, who["chief"], go_live_at=f.now() + 300 * DAY)
    comment(emergency, who["Otto"].user, "Wait with this.", must_fix=True)
    f.move("emergency", emergency, who["editor"], reason="Readers need it today.")
    emergency = article("emergency", who)
    f.move("emergency", emergency, who["editor"], reason="Readers need it today.")
    f.move("confirm", emergency, who["chief"])


def comment(content, by, text, must_fix=False):
    content.refresh_from_db()
    token = Token.of(content)
    return reviewing.comment(token, by=by, at=f.now(), text=text, must_fix=must_fix)


def resolve(thread, by):
    reviewing.reply(thread, by=by, at=f.now(), verdict="resolve")


def make_signatures_that_moved(who):
    carried = publish(article("carried", who), who, "Ilse")
    product = f.product(who["writer"], name="Another mat")
    draft(carried, who, recommendations=[f.Recommendation(product=product)])
    f.move("submit", carried, who["editor"])
    f.move("approve", carried, who["chief"])

    take_back(publish(article("retracted", who), who, "Ilse"), who["Ilse"].user)
    take_back(publish(article("one-of-two-retracted", who), who, "Ilse", "Otto"), who["Otto"].user)
    annulled = publish(article("annulled", who), who, "Ilse")
    take_back(annulled, who["anna"], "annul")
    publish(article("annulled-credential", who), who, "Nora")
    publish(article("one-credential-annulled", who), who, "Ilse", "Nora")
    nora = who["Nora"].credentials.get()
    actions.annul_credential(nora, by=who["anna"], at=f.now(), reason="It was another person's.")
    submit_and_sign(article("signed", who), who, "Ilse")


def take_back(content, by, kind="retract"):
    signoff = SignOff.objects.filter(content=content).order_by("pk").last()
    actions.revoke(signoff, kind=kind, by=by, at=f.now(), reason="That was wrong.")


def make_later_ones(who):
    """What came after a publication."""
    redacted = publish(article("redacted", who, summary="Private words."), who, "Ilse")
    first = redacted.live.typed
    draft(redacted, who, summary="Plain words.", note="Took the private words out")
    submit_and_sign(redacted, who, "Otto")
    correction = "A sentence about a patient is gone."
    f.move("approve", redacted, who["chief"], correction=correction)
    asked = redaction.ask(first, by=who["anna"], at=f.now(), reason="A patient asked for it.")
    redaction.do(asked, by=who["bruno"], at=f.now())

    scheduled = publish(article("scheduled", who), who, "Ilse")
    draft(scheduled, who, summary="Another summary.")
    submit_and_sign(scheduled, who, "Otto")
    f.move("schedule", scheduled, who["chief"], go_live_at=f.now() + 250 * DAY)

    withdrawn = publish(article("withdrawn", who), who, "Ilse")
    f.move("withdraw", withdrawn, who["editor"], reason="A study was taken back.")
    f.move("withdraw", at("li-4"), who["editor"], reason="Being rewritten.")
    caution = f.Caution(kind="vessel", text="An artery lies below.")
    draft(at("st-36"), who, cautions=[caution])
    submit_and_sign(at("st-36"), who, "Ilse")
    f.move("approve", at("st-36"), who["chief"])


def make_work_around_a_review(who):
    source = Source(title="A study", url="https://example.org/", supports="This.")
    body = '<p>It <a href="#source-1">helps</a>.</p>'
    asked = article("asked", who, body=body, children=[source])
    f.move("submit", asked, who["writer"])
    due = timezone.localdate() + 20 * DAY
    requests = [
        reviewing.ask(asked, who[name], by=who["editor"], at=f.now(), due_on=due, note="Please.")
        for name in ("Ilse", "Otto")
    ]
    reviewing.accept(requests[0], by=who["Ilse"].user, at=f.now())
    reviewing.decline(requests[1], by=who["Otto"].user, at=f.now(), reason="I am away.")
    asked.refresh_from_db()
    (claim,) = sources.claims_of(asked.head)
    reviewing.check_source(Token.of(asked), claim.digest, by=who["Ilse"].user, at=f.now())
    comment(asked, who["Ilse"].user, "Well said.")
    link, _secret = previews.create(asked.head, by=who["writer"], at=f.now(), label="A friend")
    previews.create(asked.head, by=who["writer"], at=f.now(), label="Another")
    previews.end(link, by=who["writer"], at=f.now())


def forge(who):
    """Rows that no step of the desk wrote."""
    victim = article("forged", who)
    publish(victim, who, "Ilse")
    for number, changes in enumerate(({"name": "Otto Sample"}, {})):
        row = SignOff.objects.get(content=victim, carried_from=None, name="Ilse Sample")
        row.pk, row._state.adding = 900 + number, True
        row.reviewer = row.reviewer if not changes else who["Otto"]
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()
    # One with a true mac, as if somebody had the key for a moment, but without a line.
    unsigned = article("forged-with-the-key", who)
    f.move("submit", unsigned, who["editor"])
    row.pk, row._state.adding = 902, True
    row.content, row.revision, row.digest = unsigned, unsigned.head, unsigned.head.seal.digest
    signing.seal_row("signoff", row)
    row.save()
    back = publish(article("put-back", who), who, "Ilse")
    f.move("withdraw", back, who["editor"], reason="It is dangerous.")
    sql(
        "UPDATE editorial_content SET withdrawn_at = NULL, withdrawn_by_id = NULL, "
        "withdrawal_reason = '', status = 'published', version = version + 1 WHERE id = %s",
        back.pk,
    )


def what_it_says(now):
    """{slug: what this release shows of each public page}."""
    said = {}
    for model in models_by_kind().values():
        for page in pages.load(model.objects.public(now), now):
            names = [signoff.name for signoff in page.badge.signoffs]
            said[page.content.slug] = {
                "digest": page.digest,
                "stands": page.badge.stands,
                "names": names if page.badge.stands else [],
            }
    return said


def rows():
    """Every row but those that `migrate` makes; groups by their names."""
    groups = dict(Group.objects.values_list("pk", "name"))
    for model in apps.get_models():
        if model._meta.app_label not in LEFT_OUT:
            for row in serializers.serialize("python", model._base_manager.order_by("pk")):
                if names := row["fields"].get("groups"):
                    row["fields"]["groups"] = [groups[key] for key in names]
                yield row


def files():
    root = Path(settings.MEDIA_ROOT)
    found = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(root)): base64.b64encode(path.read_bytes()).decode() for path in found
    }


def main(path):
    call_command("migrate", verbosity=0)
    with time_machine.travel(BEGUN, tick=False) as traveller:

        def tick():
            traveller.shift(datetime.timedelta(hours=1))
            return timezone.now()

        f.now = tick
        who = people()
        points(who)
        for make in (
            make_plain_ones,
            make_refused_ones,
            make_signatures_that_moved,
            make_later_ones,
            make_work_around_a_review,
            forge,
        ):
            make(who)
        traveller.shift(20 * DAY)
        now = timezone.now()
        house = {
            "now": now.isoformat(),
            "migrations": sorted(MigrationRecorder(connection).applied_migrations()),
            "said": what_it_says(now),
            "rows": list(rows()),
            "files": files(),
        }
    text = serializers.json.DjangoJSONEncoder(separators=(",", ":"), sort_keys=True).encode(house)
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        file.write(text.encode())
    print(Content.objects.count(), "contents", len(text), "characters")


if __name__ == "__main__":
    main(sys.argv[1])
