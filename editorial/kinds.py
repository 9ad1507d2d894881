"""What a kind of content needs before it may go public, as data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from django.apps import apps


@dataclass(frozen=True)
class Kind:
    name: str
    # A reviewer's sign-off stands under the page, and approval needs one.
    needs_sign_off: bool
    # Months until a signed text is due for review again, as the sign form proposes.
    review_months: int = 12
    # Headings and other fixed words of the sealed part: {format: {locale: {name: words}}}.
    # They are sealed with the text, so that no later template can change what was signed.
    labels: dict = field(default_factory=dict, hash=False)
    # Accounts in bylines: a function from revision keys to pairs of a revision's and a user's key.
    byline_users: Callable | None = None
    # The rows that name authors in the bylines of the kind's revisions, with `revision`, `author`
    # and the printed `name`: a function to their queryset.
    bylines: Callable | None = None
    # Reviewers named in a draft, to be asked when it is submitted: from a revision key to keys.
    invited: Callable | None = None
    # [(words, number of the source)] in a document.
    claims: Callable | None = None
    # {key: words} of the cautions in a document: a pinned text that gains one parts its hosts
    # from their badge.
    cautions: Callable | None = None
    # Other kinds pin its revisions.
    is_embedded: bool = False
    # Fields of its revisions, or parts of its identity, by which the desk finds a text.
    searched: tuple[str, ...] = ()
    # Words by which readers find a text: a function from a document to {"title": …, "head": …,
    # "text": …, "about": [codes]}, all without markup. A kind without it is not in the index.
    found_by: Callable | None = None
    # Topics of the kind's texts as [(slug, name)]; and from a slug and a revision's key to the row
    # by which that revision carries the topic.
    topics: Callable | None = None
    about: Callable | None = None


@cache
def models_by_kind():
    """The content model of each kind, by the kind's name."""
    from .models import Content

    return {
        model.KIND.name: model
        for model in apps.get_models()
        if issubclass(model, Content) and model.KIND
    }


def revision_model(kind):
    """The revision model of a kind, by the kind's name."""
    return apps.get_model(models_by_kind()[kind]._meta.app_label, f"{kind}revision")
