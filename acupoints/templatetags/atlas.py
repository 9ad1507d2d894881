from django import template

from ..addresses import atlas_reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def atlas_url(context, name, *args):
    """The address of a page of the atlas; the context's `pregnant` keeps the reader's part."""
    return atlas_reverse(name, context.get("pregnant", False), *args)


@register.simple_tag(takes_context=True)
def other_part_url(context):
    """The address of the same page in the other part of the atlas."""
    match = context["request"].resolver_match
    kwargs = {name: value for name, value in match.kwargs.items() if name != "pregnant"}
    return atlas_reverse(match.url_name, not context.get("pregnant", False), *kwargs.values())
