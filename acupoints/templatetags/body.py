from django import template

from ..body import area_of

register = template.Library()


@register.filter
def body_area(place):
    """The area of a region, or of its own name; None where the map has none."""
    return area_of(place)
