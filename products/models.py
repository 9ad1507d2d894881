"""Affiliate products: approved by a second person, never part of a reviewer's sign-off."""

import re
from urllib.parse import urlsplit

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from editorial.images import ImageField
from editorial.kinds import Kind
from editorial.models import Content, InsertOnly, Revision

from . import finding


class Product(Content):
    KIND = Kind(
        name="product",
        needs_sign_off=False,
        labels={1: {"en": {}}},
        searched=("name", "summary"),
        found_by=finding.found_by,
    )

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self):
        return str(self.head.typed) if self.head_id else self.slug


class ProductRevision(Revision):
    name = models.CharField(_("name"), max_length=120)
    summary = models.TextField(_("summary"), help_text=_("What it is and whom it suits."))
    label = models.CharField(
        _("badge"),
        max_length=40,
        default="Our pick",
        help_text=_("“Our pick”. A “best” needs a recorded comparison, which is not kept yet."),
    )
    image = ImageField(_("picture"), help_text=_("Our own picture; none taken from the shop."))
    image_alt = models.CharField(_("description of the picture"), max_length=250)
    url = models.URLField(
        _("link to the shop"),
        max_length=500,
        validators=[URLValidator(["https"])],
        help_text=_("Straight to the shop, with our tag; no shortener, no redirect."),
    )
    quote = models.TextField(
        _("what a user says"),
        blank=True,
        help_text=_("From somebody who told us so; never copied from the shop."),
    )
    quote_by = models.CharField(_("who says it"), max_length=120, blank=True)
    quote_on = models.DateField(_("said on"), null=True, blank=True)
    quote_basis = models.CharField(
        _("how we got it"),
        max_length=250,
        blank=True,
        help_text=_("Asked by e-mail; product bought or free; any relation to us."),
    )

    PLAIN = ("name", "label", "quote_by", "note")
    UNLIKE_THE_BADGE = (
        *("name", "summary", "label", "image_alt", "url"),
        *("quote", "quote_by", "quote_basis"),
    )
    SIGNED = {
        1: (
            "name",
            "summary",
            "label",
            "image",
            "image_alt",
            "url",
            "quote",
            "quote_by",
            "quote_on",
            "quote_basis",
            "features",
        )
    }

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    @staticmethod
    def document_relations():
        return ["features"]

    def __str__(self):
        return self.name


class Feature(InsertOnly):
    revision = models.ForeignKey(ProductRevision, models.PROTECT, related_name="features")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    lead = models.CharField(_("in a word or two"), max_length=60)
    text = models.CharField(_("sentence"), max_length=300)

    PARENT = "revision"
    UNLIKE_THE_BADGE = ("lead", "text")
    SIGNED = {1: ("lead", "text")}
    UNSIGNED = {
        "id": "names the row",
        "revision": "names the whole that the row is part of",
        "position": "is the order in which the rows stand in the bytes",
    }

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("feature")
        verbose_name_plural = _("features")

    def __str__(self):
        return self.lead


AMAZON = re.compile(r"(?:[a-z]+\.)?amazon\.(?:com|[a-z]{2}|com?\.[a-z]{2})")


def shop_of(url):
    """The shop's name for a link: {"name", "is_amazon"}."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""  # no form lets this through; an importer might
    is_amazon = AMAZON.fullmatch(host) is not None
    return {"name": "Amazon" if is_amazon else host, "is_amazon": is_amazon}
