"""What races are run on: people, and a fresh article for each round."""

import datetime
from collections import Counter

from django.db import connection
from django.test import Client

from articles.models import ArticleRevision
from editorial import search
from editorial.actions import Token
from editorial.models import Content
from tests import desk
from tests import factories as f
from tests.bench.site import Copies, reset_sequences


class Course:
    """A cast that stays, and copies of one article in each state, as many as the pairs use up."""

    def __init__(self, pairs, rounds):
        self.writer = self.person("writer")
        *self.editors, self.helper = (self.person("editor") for _ in range(3))
        self.signer, self.other_signer = f.reviewer(), f.reviewer()
        counts = Counter(pair.state for pair in pairs)
        # All templates come before the first copy, whose key is given by hand.
        templates = {state: self.article(state) for state in counts}
        self.fresh = {}
        for state, template in templates.items():
            Copies(template, counts[state] * rounds, f.now()).write()
            copies = Content.objects.filter(slug__startswith=f"{state}-")
            self.fresh[state] = iter(copies.select_related("head__seal").order_by("pk"))
        reset_sequences()
        search.mend()  # the copies were written past the moves, which index what they publish
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # else each move reads the whole log until PostgreSQL does
        self.answers = self.answers_of_forms()

    @staticmethod
    def person(role):
        made = f.user(role)
        made.email = f"{made.username}@sample.example"
        made.save()
        return made

    def article(self, state):
        """An article whose newer revision is in `state` while readers have the one before."""
        article = f.article(by=self.writer, slug=state)
        f.move("submit", article, self.helper)
        f.sign(article, self.signer)
        f.move("approve", article, self.helper)
        f.revise(article, self.writer, summary="Said anew.")
        self.draft_form = self.form_of(desk.head(article))
        if state != "draft":
            f.move("submit", article, self.helper)
        if state == "signed":
            f.sign(article, self.signer)
        return article

    def form_of(self, draft):
        client = Client()
        client.force_login(self.writer)
        return desk.draft_form(client, draft)

    def answers_of_forms(self):
        """{step: what its form asks for}, as a browser sends it."""
        reason = {"reason": "Sources, please."}
        sign = f.sign_form(self.other_signer)
        sign |= {"credential": sign["credential"].pk, "has_read": "on"}
        sign["next_review_on"] = sign["next_review_on"].isoformat()
        go_live = f.now() + datetime.timedelta(days=30)
        return {
            "request_changes": reason,
            **dict.fromkeys(("emergency", "withdraw"), reason | {"sure": "on"}),
            "schedule": {"go_live_at": go_live.strftime("%Y-%m-%dT%H:%M")},
            "save": {**self.draft_form, "summary": "Said by who was quicker."},
            "sign": sign,
        }

    def people(self, pair):
        """Who makes the one move and who the other; always two persons."""
        cast = {"writer": self.writer, "reviewer": self.other_signer.user}
        contenders = (pair.first, pair.second)
        return [
            cast.get(contender.by, editor)
            for contender, editor in zip(contenders, self.editors, strict=True)
        ]

    def told(self, contender, person):
        """The addresses that one win of the contender writes to."""
        cast = {"writer": [self.writer], "editor": [*self.editors, self.helper]}
        concerned = [one for role in contender.told for one in cast[role] if one != person]
        return sorted(one.email for one in concerned)

    def order(self, contender, person, content):
        """The contender's requests, one after the other, with the token as it is now."""
        token = Token.of(content)
        shown = ArticleRevision(revision_ptr_id=token.revision)
        posts = []
        for number, step in enumerate(contender.steps):
            url = desk.url(shown) if step == "save" else desk.url(shown, "move", step)
            # Whoever made the first step sees the version that it raised.
            seen = {"version": token.version + number, "revision": token.revision}
            data = {**self.answers.get(step, {}), **seen, "digest": token.digest}
            posts.append([url, data])
        return {"user": person.pk, "posts": posts}
