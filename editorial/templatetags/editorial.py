import datetime
import json

from django import template
from django.core.files.storage import default_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from ..lines import label_of
from ..signatures import by_signers
from ..sources import study_url

register = template.Library()
register.filter(study_url)
register.filter(by_signers)


@register.filter
def picture_url(picture):
    """The address of a stored picture, from its facts in a document or from a file field."""
    name = picture["name"] if isinstance(picture, dict) else picture.name
    return default_storage.url(name)


@register.filter
def is_web_address(text):
    """Whether a link to it leads to a site. Forms see to that; an importer may not have."""
    return (text or "").lower().startswith(("https://", "http://"))


@register.filter
def lines(text):
    """The lines of a text that hold something, without their margins."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@register.filter
def entry(table, key):
    """What stands in a table of a document under a key that varies."""
    return table[key]


@register.filter
def day(text):
    """A date from its ISO form in a document."""
    return datetime.date.fromisoformat(text)


@register.filter
def any_demo(pages):
    """Whether a list of pages holds one that was invented for the demonstration."""
    return any(page.content.is_demo for page in pages)


@register.filter
def json_ld(graph):
    """A JSON-LD script element; `<`, `>` and `&` are escaped, so no word can end it."""
    text = json.dumps(graph, ensure_ascii=False).translate(
        {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&"}
    )
    return format_html('<script type="application/ld+json">{}</script>', SafeString(text))


@register.filter
def reasons(entry):
    """[(what was done, why)] of what was done past a review, in an entry of the public history."""
    found = []
    if entry.emergency:
        label = _("Why it was published without a review")
        found.append((label, entry.emergency.data["reason"]))
    if entry.redaction:
        found.append((_("Why these words were removed"), entry.redaction.reason))
    if entry.withdrawn:
        found.append((_("Why it was withdrawn"), entry.withdrawn.data["reason"]))
    for signoff, _fault in entry.signoffs:
        if signoff.taken_back:
            label = _("Why the signature of %(name)s was taken back") % {"name": signoff.name}
            found.append((label, signoff.taken_back.reason))
    return found


@register.filter
def move_label(name):
    """A log line's move in words."""
    return label_of(name)


@register.filter
def admin_path(revision):
    """The part of a revision's desk address after the desk's own: articles/articlerevision/7/."""
    return f"{revision._meta.app_label}/{revision._meta.model_name}/{revision.pk}/"


@register.filter
def timesince_short(moment):
    """How long ago, in its largest unit only: 3 weeks."""
    return timesince(moment, depth=1)
