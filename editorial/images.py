"""Pictures: checked, stripped of what a camera adds, and stored under their content's hash.

A picture never changes: another picture is another hash, another file, another address.
"""

import hashlib
import io
import re
import struct
import zlib

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
NAME = re.compile(
    r"images/[0-9a-f]{2}/(?P<sha256>[0-9a-f]{64})-(?P<width>\d+)x(?P<height>\d+)\.(jpg|png|webp)"
)
MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_SIDE = 1600
# A broken file makes Pillow's decoders raise whatever they stumble over.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


class ImageStorage(FileSystemStorage):
    """Files on disk that are written once: a name that exists already holds the same bytes."""

    def __init__(self, **kwargs):
        super().__init__(allow_overwrite=True, **kwargs)

    def get_available_name(self, name, max_length=None):
        return name

    def _save(self, name, content):
        return name if self.exists(name) else super()._save(name, content)


def facts(name):
    """What a stored picture's name says: {"sha256", "width", "height", "name"}; None for none."""
    match = NAME.fullmatch(name or "")
    if not match:
        return None
    return {
        "name": name,
        "sha256": match["sha256"],
        "width": int(match["width"]),
        "height": int(match["height"]),
    }


def prepare(file):
    """A picture that somebody uploaded, as the bytes that we keep.

    Turned upright, at most MAX_SIDE pixels a side, without EXIF, GPS or comments. Returns a
    ContentFile named by its hash; raises ValidationError with a sentence.
    """
    if file.size > MAX_BYTES:
        raise ValidationError(_("This picture is larger than 12 MB. Please make it smaller."))
    try:
        picture, kind = upright(file)
    except UNREADABLE as error:
        raise ValidationError(
            _("This file is not a picture that we can read. Use JPEG, PNG or WebP.")
        ) from error
    return encode(picture, kind)


def upright(file):
    """The picture in a file, turned as its camera says, and its format; raises UNREADABLE."""
    with Image.open(file, formats=list(FORMATS)) as source:
        if source.width * source.height > MAX_PIXELS:
            raise ValidationError(_("This picture has more than 50 million pixels."))
        picture = ImageOps.exif_transpose(source)
        picture.load()
        # Telephones write JPEGs with a second picture inside; we keep the first.
        return picture, "JPEG" if source.format == "MPO" else source.format


def encode(picture, kind):
    """A Pillow image as a ContentFile in the format `kind`, named by its hash."""
    keeps_alpha = kind != "JPEG" and picture.has_transparency_data
    picture = picture.convert("RGBA" if keeps_alpha else "RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    picture.info = {}
    picture.save(out, kind, **({"optimize": True} if kind == "PNG" else {"quality": 85}))
    sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    size = f"{picture.width}x{picture.height}"
    name = f"images/{sha256[:2]}/{sha256}-{size}.{FORMATS[kind]}"
    return ContentFile(out.getvalue(), name=name)


class ImageInput(forms.ClearableFileInput):
    """A file input that shows the picture it stands for."""

    template_name = "desk/image_input.html"


class ImageFormField(forms.ImageField):
    """Takes an upload only after `prepare` has made it ours."""

    widget = ImageInput

    def to_python(self, data):
        file = super().to_python(data)
        if file is None:
            return None
        file.seek(0)
        return prepare(file)


class ImageField(models.ImageField):
    """An image stored under its content hash; the size stands in the file, not in columns."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("upload_to", "")
        kwargs.setdefault("max_length", 100)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        return super().formfield(**{**kwargs, "form_class": ImageFormField, "widget": ImageInput})

    def generate_filename(self, instance, filename):
        # `prepare` has named the file; a path in an upload's own name never gets this far.
        if not NAME.fullmatch(filename):
            raise ValidationError(_("Pictures are stored under the hash of their content only."))
        return filename
