"""Points for the site's search: those that a text names, and those that it may be about."""

from dataclasses import dataclass, field

from editorial import pages

from . import atlas, names, nomenclature
from .models import Acupoint
from .resolver import Point, Question, offered

MOST = 20


@dataclass(frozen=True)
class Result:
    """A point among the results, with the sentence that says why it is one."""

    slug: str
    code: str
    pinyin: str
    traditional: str
    simplified: str
    english: str
    where: str
    is_described: bool
    is_cautioned: bool
    why: str


@dataclass
class Found:
    """The points for a query.

    `total` counts what `results` are the first of. `nearest` are what may be meant where there is
    none. `asked` is the resolver's sentence; `is_question` where several points fit the query.
    """

    results: list = field(default_factory=list)
    total: int = 0
    nearest: list = field(default_factory=list)
    asked: str = ""
    is_question: bool = False
    codes: tuple = ()
    left_out: int = 0
    pages: list = field(default_factory=list)

    @property
    def is_named(self):
        """Whether the query names a point, outright or nearly; then points come first."""
        return bool(self.codes or self.nearest)


def find(query, words, now, pregnant=False):
    """The Found of a query and its words.

    `codes` are those of the points that the query names outright: what uses them is a result too.
    For a reader who is pregnant points with a caution for pregnancy are left out, and counted.
    """
    known = nomenclature.current()
    answer = known.resolve(query)
    sure = offered(answer) if isinstance(answer, Point | Question) else ()
    is_question = isinstance(answer, Question)
    told = "" if is_question else answer.why  # what is asked stands over all of them
    reasons = {code: told or known.names.why(query, code) for code in sure}
    described = pages.load(Acupoint.objects.public(now).about(words)[:MOST], now)
    for code, name in known.names.holding(words).items():
        reasons.setdefault(code, name.why)
    for page in described:
        reasons.setdefault(page.content.code, names.why_described(page, words))
    results, left_out = results_of(reasons, described, now, pregnant)
    nearest, more_left_out = [], 0
    if not results:
        near = dict.fromkeys(offered(answer), "")
        nearest, more_left_out = results_of(near, (), now, pregnant)
    shown = {result.code for result in results}
    return Found(
        results=results[:MOST],
        total=len(results),
        nearest=nearest,
        asked=answer.why,
        is_question=is_question and bool(results),
        codes=tuple(code for code in sure if code in shown),
        left_out=max(left_out, more_left_out),
        pages=described,
    )


def results_of(reasons, described, now, pregnant):
    """([Result], how many were left out) of {code: why}, in this order.

    A point stands here by its line in the nomenclature, or by its signed text where it has none.
    """
    listed = atlas.named(list(reasons), now)
    found = {entry.point.code: result_of(entry, reasons) for entry in listed.entries}
    own = [page for page in described if page.content.code not in found]
    if own:
        cautioned = atlas.cautioned_codes(now)
        found |= {p.content.code: result_of_page(p, reasons, cautioned) for p in own}
    results = [found[code] for code in reasons if code in found]
    kept = [result for result in results if not (pregnant and result.is_cautioned)]
    return kept, len(results) - len(kept)


def result_of(entry, reasons):
    point = entry.point
    return Result(
        slug=point.slug,
        code=point.shown_code,
        pinyin=point.pinyin,
        traditional=point.traditional,
        simplified=point.simplified,
        english=point.english_name,
        where=point.region_label,
        is_described=entry.is_described,
        is_cautioned=entry.is_cautioned,
        why=reasons[point.code],
    )


def result_of_page(page, reasons, cautioned):
    code = page.content.code
    return Result(
        slug=page.content.slug,
        code=code,
        pinyin=page.fields["pinyin"],
        traditional=page.fields["traditional"],
        simplified=page.fields["simplified"],
        english=page.fields["english"],
        where="",
        is_described=True,
        is_cautioned=code in cautioned,
        why=reasons[code],
    )
