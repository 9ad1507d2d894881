"""The site that is attacked: its people, its contents, and how it looks from outside."""

from contextlib import contextmanager
from types import SimpleNamespace

from django.contrib.auth.models import Group
from django.db import connection

from editorial import standing, triggers
from tests import factories as f
from tests.database import everything
from tests.probes import guards
from tests.probes.browser import Desk, Visitor

BADGE = b'data-badge="reviewed"'


class Broken(Exception):
    """The honest way does not work, so nothing can be learned from an attack."""


class Site:
    """One side: a server at a port, and the database behind it."""

    def __init__(self, port, scratch, is_control):
        self.port, self.scratch, self.is_control = port, scratch, is_control
        self.visitor = Visitor(port)
        self.people = SimpleNamespace(
            writer=f.user("writer", username="writer"),
            editor=f.user("editor", username="editor"),
            approver=f.user("editor", username="approver"),
            boss=f.user("superuser", username="boss"),
            signer=f.reviewer(name="Ilse Sample"),
            second=f.reviewer(name="Jonas Sample"),
        )
        self.sessions = {}

    # --- People ----------------------------------------------------------------------------

    def desk(self, user):
        """The session of a person, given as the account, the reviewer or a name in `people`."""
        user = getattr(self.people, user) if isinstance(user, str) else user
        user = getattr(user, "user", user)
        if user.pk not in self.sessions:
            self.sessions[user.pk] = Desk(self.port, user)
        return self.sessions[user.pk]

    def reviewer_who_also(self, *roles, account=None):
        """A reviewer with a valid credential whose account has further roles."""
        reviewer = f.reviewer(account or f.user("reviewer"), name="Kim Sample")
        reviewer.user.groups.add(*Group.objects.filter(name__in=roles))
        f.told(reviewer.user)
        return reviewer

    # --- Contents, written by the actions of the desk --------------------------------------

    def draft(self, by=None, **fields):
        return f.article(by=by or self.people.writer, **fields)

    def in_review(self, **fields):
        article = self.draft(**fields)
        f.move("submit", article, self.people.editor)
        return article

    def signed(self, content=None, **fields):
        """Submitted and signed, so that the approver may approve it."""
        content = content or self.draft(**fields)
        f.move("submit", content, self.people.editor)
        return self.signed_as_it_is(content)

    def signed_as_it_is(self, content):
        f.sign(content, self.people.signer)
        return content

    def published(self, content=None, **fields):
        content = self.signed(content, **fields)
        f.move("approve", content, self.people.approver)
        return content

    # --- From outside ----------------------------------------------------------------------

    def page(self, content, at=None):
        """What anybody gets at the content's address."""
        return self.visitor.get(content.get_absolute_url(), at)

    def paths(self, *contents):
        """The addresses at which a visitor gets something of the contents."""
        found = ["/articles/", "/.well-known/log-head"]
        for content in contents:
            address = content.get_absolute_url()
            found += [address, f"{address}history/reviews.json"]
            public = [p.revision_id for p in standing.record_of(content).publications(f.now())]
            numbers = content.revisions.filter(pk__in=public).values_list("number", flat=True)
            found += [f"{address}history/{number}/canonical.json" for number in numbers]
        return found

    def outside(self, paths):
        """{what: how it is}: every table, and what a visitor gets at the addresses."""
        found = {f"rows of {table}": rows for table, rows in everything().items()}
        for path in paths:
            answer = self.visitor.get(path)
            found[path] = (answer.status_code, answer.content)
        return found

    # --- The honest way --------------------------------------------------------------------

    def must(self, true, sentence):
        if not true:
            raise Broken(sentence)

    def make(self, who, content, move, **fields):
        """A move as the page offers it, by somebody who may make it."""
        desk = self.desk(who)
        answer = desk.send(desk.move(content, move), **fields)
        self.must(answer.status_code == 302, f"{move} answers {answer.status_code} to {who}")
        content.refresh_from_db()

    def must_be_reviewed(self, content, *words):
        """The page is public with its badge and these words."""
        answer = self.page(content)
        self.must(answer.status_code == 200, f"{content.slug} answers {answer.status_code}")
        self.must(BADGE in answer.content, f"{content.slug} has no badge")
        for word in words:
            self.must(word.encode() in answer.content, f"{content.slug} lacks “{word}”")

    # --- Attacks ---------------------------------------------------------------------------

    @contextmanager
    def guards_out(self, names):
        """On the control: without these guards, in the server, in this process, in the database."""
        if not self.is_control:
            yield
            return
        desks = [self.visitor, *self.sessions.values()]
        for desk in desks:
            desk.headers = {"X-Probe-Without": " ".join(names)}
        if "triggers" in names:
            triggers.drop(connection)
        if "foreign keys" in names:
            connection.close()
            self.scratch.lift_foreign_keys()
        try:
            with guards.without(names):
                yield
        finally:
            for desk in desks:
                desk.headers = {}
            if "triggers" in names:
                triggers.install(connection)

    def keep(self):
        connection.close()
        self.scratch.keep()

    def restore(self):
        connection.close()
        self.scratch.restore()
