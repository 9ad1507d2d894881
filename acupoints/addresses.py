"""Addresses of the atlas. A reader who is pregnant stays under /pregnancy/ from click to click."""

from django.urls import reverse

PREGNANCY = "pregnancy"


def atlas_reverse(name, pregnant, *args):
    """The address of a page of the atlas, in the part where the reader is."""
    return reverse(f"{PREGNANCY}:{name}" if pregnant else name, args=args)
