"""Claims of a text and the sources that they lean on, as a reviewer checks them.

A writer ties a claim to a source by linking its words to `#source-2`. What a claim is, each
kind says (`Kind.claims`); here each gets its source and the digest that a check is kept under.
"""

from dataclasses import dataclass
from urllib.parse import quote

from . import documents
from .models import SourceCheck

STUDY_URLS = {"doi": "https://doi.org/{}", "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/"}


def study_url(identifier):
    """Where a study with this identifier (doi:…, pmid:…) is found; nothing for a book."""
    scheme, _colon, number = identifier.partition(":")
    return STUDY_URLS[scheme].format(quote(number)) if scheme in STUDY_URLS else ""


@dataclass(frozen=True)
class Claim:
    """Words of a document that lean on its source `number`; `source` is None where it has none."""

    text: str
    number: int
    source: dict | None

    @property
    def digest(self):
        """Names words and source: a check ends when either is changed."""
        return documents.digest_of(
            documents.canonical({"claim": self.text, "source": self.source or {}})
        )


def claims_of(revision):
    """The claims of a sealed revision, in the order of the text."""
    find = revision.content.spec.claims
    if find is None:
        return []
    document = documents.parse(revision.seal.canonical)
    listed = dict(enumerate(document["fields"]["sources"], 1))
    return [Claim(text, number, listed.get(number)) for text, number in find(document)]


def unchecked(revision, user):
    """Claims of a revision that this person has not marked as checked."""
    claims = claims_of(revision)
    checked = SourceCheck.objects.filter(
        content=revision.content_id, checked_by=user, claim__in=[c.digest for c in claims]
    ).values_list("claim", flat=True)
    return [claim for claim in claims if claim.digest not in set(checked)]
