"""Articles and plain pages, with everything that a revision of them holds."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase, TagBase

from acupoints.models import Acupoint
from editorial.errors import Refused
from editorial.images import ImageField
from editorial.kinds import Kind
from editorial.models import Author, Content, InsertOnly, Pin, Reviewer, Revision
from products.models import Product

from . import body, finding, rendering
from .fields import EXTENSIONS, RichTextField, validate_doi, validate_pmid
from .labels import LABELS, PAGE_LABELS
from .querysets import ArticleQuerySet, PageQuerySet

CHILD = {
    "id": "names the row",
    "revision": "names the whole that the row is part of",
    "position": "is the order in which the rows stand in the bytes",
}


class Topic(TagBase, InsertOnly):
    """What an article is about. A name is written once: another name is another topic, unless it
    differs in its capitals only."""

    PLAIN = ("name", "slug")
    UNLIKE_THE_BADGE = ("name",)

    LOGGED = {1: ("name", "slug")}
    UNLOGGED = {}

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name"]

    def get_absolute_url(self):
        return reverse("topic", args=[self.slug])

    def clean(self):
        super().clean()
        if other := topic_in_other_capitals(self.name):
            raise ValidationError({"name": other_capitals(other)})

    def save(self, *args, **kwargs):
        if other := topic_in_other_capitals(self.name):
            raise Refused(other_capitals(other))
        if self.slug != self.slug.lower():
            raise Refused(_now("An address is in small letters: %s.") % self.slug.lower())
        super().save(*args, **kwargs)

    def slugify(self, tag, i=None):
        """A name without a letter or a digit needs an address too."""
        return super().slugify(tag if slugify(tag, allow_unicode=True) else "topic", i)


def topic_in_other_capitals(name):
    """The topic that has this name but for its capitals, or None. Its address begins alike, so
    that only few names are asked."""
    if "\0" in name:
        return None  # which no database can look for, and no row can hold
    alike = Topic.objects.filter(slug__startswith=Topic().slugify(name)).exclude(name=name)
    return next((one for one in alike if one.name.casefold() == name.casefold()), None)


def other_capitals(topic):
    return _now("There is a topic “%(name)s” already. Write it like that.") % {"name": topic.name}


def byline_users(revisions):
    """[(revision, account)] of everybody in the bylines of these revisions."""
    return Byline.objects.filter(revision__in=revisions, author__user__isnull=False).values_list(
        "revision", "author__user"
    )


def bylines():
    return Byline.objects.all()


def invited_reviewers(revision_id):
    """Keys of the reviewers whom a draft names, to be asked when it is submitted."""
    return Invitation.objects.filter(revision=revision_id).values("reviewer")


def claims_in(document):
    """[(words, number of the source)] of the claims in an article's document."""
    return body.claims(body.clean(document["fields"]["body"]))


def topics():
    """[(slug, name)] of all topics, as the desk's filter offers them."""
    return list(Topic.objects.values_list("slug", "name"))


def carries_topic(slug, revision):
    """The row by which a revision carries a topic, if it does."""
    return TaggedArticle.objects.filter(tag__slug=slug, content_object=revision)


class Article(Content):
    objects = ArticleQuerySet.as_manager()

    KIND = Kind(
        name="article",
        needs_sign_off=True,
        review_months=12,
        labels=LABELS,
        byline_users=byline_users,
        bylines=bylines,
        invited=invited_reviewers,
        claims=claims_in,
        searched=("title", "summary"),
        found_by=finding.found_by,
        topics=topics,
        about=carries_topic,
    )

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    signed_context = staticmethod(rendering.article_context)


class ArticleRevision(Revision):
    title = models.CharField(
        _("title"), max_length=160, help_text=_("Say what the page helps with; promise nothing.")
    )
    summary = models.TextField(
        _("summary"),
        max_length=600,
        help_text=_("Two or three plain sentences; they also stand in lists and search results."),
    )
    hero = ImageField(_("main picture"), blank=True)
    hero_alt = models.CharField(
        _("description of the picture"),
        max_length=250,
        blank=True,
        help_text=_("What somebody who cannot see it needs to know. Needed with a picture."),
    )
    hero_caption = models.CharField(_("caption"), max_length=250, blank=True)
    hero_credit = models.CharField(_("credit"), max_length=120, blank=True)
    body = RichTextField(_("text"), blank=True, extensions={**EXTENSIONS, "Acupoint": True})
    tips_heading = models.CharField(_("heading over the tips"), max_length=120, blank=True)
    tags = TaggableManager(
        through="TaggedArticle",
        blank=True,
        verbose_name=_("topics"),
        help_text=_("With commas between them: knee pain, running."),
    )

    PLAIN = ("title", "note", "tips_heading", "hero_credit")
    UNLIKE_THE_BADGE = ("title", "tips_heading")
    SIGNED = {
        1: (
            "title",
            "summary",
            "hero",
            "hero_alt",
            "hero_caption",
            "hero_credit",
            "body",
            "tips_heading",
            "tips",
            "sources",
            "bylines",
            "tagged",
        )
    }
    UNSIGNED = Revision.UNSIGNED | {
        "tags": "stands in the bytes as the rows of `tagged`",
        "recommendations": "products are not part of the review, and the page says so",
        "invitations": "for the desk only; readers see who signed, not who was asked",
    }

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def __str__(self):
        return self.title

    @staticmethod
    def document_relations():
        return [
            "tips",
            "sources",
            Prefetch("bylines", Byline.objects.select_related("author")),
            Prefetch("tagged", TaggedArticle.objects.select_related("tag")),
        ]

    def house_rows(self):
        return list(self.tags.all())

    def complete(self, parent):
        """Pin the points that the body embeds.

        A point that the parent pinned stays at that revision, unless this one renews its pins,
        all of them (True) or those on the points of these keys; a new one is pinned at what
        readers get now, or at its newest draft where nothing of it is public yet.
        """
        renewed = getattr(self, "renews_pins", False)
        before = {pin.pinned.content_id: pin.pinned_id for pin in pins_of(parent)}
        for point in list(before) if renewed is True else renewed or ():
            before.pop(point, None)
        codes = body.codes(self.body)
        points = Acupoint.objects.in_bulk(codes, field_name="code")
        check_embeds(codes, points)
        for position, code in enumerate(codes):
            point = points[code]
            shown = point.shown_revision_id(self.created_at) or point.head_id
            Pin.objects.create(
                revision=self,
                position=position,
                pinned_id=before.get(point.pk) or shown,
            )


def pins_of(revision):
    return revision.pins.select_related("pinned") if revision else []


def check_embeds(codes, points):
    """Raise Refused where a body embeds an unknown point, one without text, or one twice."""
    for code in codes:
        if code not in points or not points[code].head_id:
            raise Refused(_now("There is no acupoint %(code)s here.") % {"code": code})
        if codes.count(code) > 1:
            raise Refused(
                _now("%(code)s stands in the text twice. Keep one place and refer to it.")
                % {"code": code}
            )


class TaggedArticle(ItemBase, InsertOnly):
    tag = models.ForeignKey(Topic, models.PROTECT, related_name="tagged")
    content_object = models.ForeignKey(ArticleRevision, models.PROTECT, related_name="tagged")

    PARENT = "content_object"
    SIGNED = {1: ("name", "slug")}
    UNSIGNED = {
        "id": CHILD["id"],
        "content_object": CHILD["revision"],
        "tag": "stands in the bytes as its name and its address",
    }

    class Meta:
        ordering = ["tag__slug"]
        verbose_name = _("topic of an article")
        constraints = [
            models.UniqueConstraint(fields=["tag", "content_object"], name="article_topic_once")
        ]

    @property
    def name(self):
        return self.tag.name

    @property
    def slug(self):
        return self.tag.slug


class Byline(InsertOnly):
    """An author of a revision, with the name as it was printed."""

    revision = models.ForeignKey(ArticleRevision, models.PROTECT, related_name="bylines")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    author = models.ForeignKey(
        Author, models.PROTECT, related_name="bylines", verbose_name=_("author")
    )
    name = models.CharField(max_length=120, editable=False)
    slug = models.SlugField(editable=False)

    PARENT = "revision"
    SIGNED = {1: ("name", "slug")}
    UNSIGNED = CHILD | {"author": "stands in the bytes as the printed name and its address"}
    LOGGED_WITH = "revision__content"
    LOGGED = {1: ("revision_id", "position", "author_id", "name", "slug")}
    UNLOGGED = {}

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        constraints = [models.UniqueConstraint(fields=["revision", "author"], name="byline_once")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.name, self.slug = self.author.name, self.author.slug
        super().save(*args, **kwargs)


class Tip(InsertOnly):
    revision = models.ForeignKey(ArticleRevision, models.PROTECT, related_name="tips")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    lead = models.CharField(_("in a few words"), max_length=80)
    text = models.TextField(_("tip"), max_length=500)

    PARENT = "revision"
    SIGNED = {1: ("lead", "text")}
    UNSIGNED = CHILD

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("tip")
        verbose_name_plural = _("tips")

    def __str__(self):
        return self.lead


class Source(InsertOnly):
    revision = models.ForeignKey(ArticleRevision, models.PROTECT, related_name="sources")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(_("title"), max_length=300)
    authors_year = models.CharField(_("authors and year"), max_length=160, blank=True)
    doi = models.CharField("DOI", max_length=120, blank=True, validators=[validate_doi])
    pmid = models.CharField("PMID", max_length=10, blank=True, validators=[validate_pmid])
    url = models.URLField(
        _("web address"), max_length=300, blank=True, validators=[URLValidator(["http", "https"])]
    )
    supports = models.TextField(
        _("what it supports"),
        max_length=600,
        help_text=_("Quote or retell the finding that the text leans on."),
    )

    PARENT = "revision"
    PLAIN = ("title", "authors_year", "doi", "pmid", "url", "supports")
    SIGNED = {1: ("title", "authors_year", "doi", "pmid", "url", "supports")}
    UNSIGNED = CHILD

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self):
        return self.title

    def clean(self):
        super().clean()
        if not (self.doi or self.pmid or self.url):
            raise ValidationError(_("Give a DOI, a PubMed number or a web address."))


class Recommendation(InsertOnly):
    """A product shown after an article; never part of what is signed."""

    revision = models.ForeignKey(ArticleRevision, models.PROTECT, related_name="recommendations")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="recommendations", verbose_name=_("product")
    )

    PARENT = "revision"
    LOGGED_WITH = "revision__content"
    LOGGED = {1: ("revision_id", "position", "product_id")}
    UNLOGGED = {}

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("product")
        verbose_name_plural = _("products (not part of the review)")
        constraints = [
            models.UniqueConstraint(fields=["revision", "product"], name="recommended_once")
        ]

    def __str__(self):
        return str(self.product)


class Invitation(InsertOnly):
    """A reviewer whom the editor has in mind. The desk shows it; readers never do."""

    revision = models.ForeignKey(ArticleRevision, models.PROTECT, related_name="invitations")
    reviewer = models.ForeignKey(
        Reviewer, models.PROTECT, related_name="invitations", verbose_name=_("reviewer")
    )

    PARENT = "revision"
    LOGGED_WITH = "revision__content"
    LOGGED = {1: ("revision_id", "reviewer_id")}
    UNLOGGED = {}

    class Meta:
        ordering = ["pk"]
        verbose_name = _("invited reviewer")
        verbose_name_plural = _("invited reviewers (for the desk only)")
        constraints = [
            models.UniqueConstraint(fields=["revision", "reviewer"], name="invited_once")
        ]

    def __str__(self):
        return str(self.reviewer)


class Page(Content):
    """A plain page of the house: who we are, how we review. Approved, never badged."""

    objects = PageQuerySet.as_manager()

    KIND = Kind(
        name="page", needs_sign_off=False, labels=PAGE_LABELS, searched=("title", "summary")
    )

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")

    signed_context = staticmethod(rendering.page_context)


class PageRevision(Revision):
    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("summary"), max_length=600)
    body = RichTextField(_("text"))

    PLAIN = ("title", "note")
    UNLIKE_THE_BADGE = ("title",)  # the text may explain the badge, as "How we review" does
    SIGNED = {1: ("title", "summary", "body")}

    class Meta:
        verbose_name = _("plain page")
        verbose_name_plural = _("plain pages")

    def __str__(self):
        return self.title
