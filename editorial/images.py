"""Pictures: checked, stripped of what a camera adds, and stored under their content's hash.

A picture never changes: another picture is another hash, another file, another address.
"""

import hashlib
import io
import logging
import os
import re
import struct
import tempfile
import zlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import models
from django.utils.translation import gettext
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


logger = logging.getLogger(__name__)


class ImageStorage(FileSystemStorage):
    """Files on disk that are written once. A name stands for all bytes of a picture or for none,
    whenever the disk is full, the power fails, or two processes store the same picture."""

    def __init__(self, **kwargs):
        super().__init__(allow_overwrite=True, **kwargs)

    def get_available_name(self, name, max_length=None):
        return name

    def _save(self, name, content):
        path, known = Path(self.path(name)), facts(name)
        if not known or fault_of(name, known["sha256"], storage=self):
            self.write(path, content)
        # Whoever found the file there may have come before its writer had made it last.
        for folder in path.parents:
            sync_folder(folder)
            if folder == Path(self.location):
                break
        return name

    def write(self, path, content):
        """Write the content beside the path, and give it its name when it is whole."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(suffix=".part", dir=path.parent)
        try:
            with open(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            if self.file_permissions_mode is not None:
                os.chmod(part, self.file_permissions_mode)
            os.replace(part, path)
        finally:
            Path(part).unlink(missing_ok=True)


def sync_folder(folder):
    """Make new names in a folder outlast a power failure."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- Whether a stored picture is still the one that its name says -------------------------


def fault_of(name, sha256, *, trust_times=True, storage=default_storage):
    """A sentence where the stored picture is gone or its bytes are not those of `sha256`; or None.

    A file is read again only where its times, size or inode differ from those at the last reading
    by this process, so every page may ask. What leaves all of them as they were (a worn disk, or
    somebody who reaches past the file system) is found with `trust_times=False` alone.
    """
    known = facts(name)
    if not known or known["sha256"] != sha256:
        return gettext("The picture %(name)s is not named by its content.") % {"name": name}
    try:
        look = stamp_of(storage, name)
        digest = digest_of if trust_times else digest_of.__wrapped__
        right = look[0] <= MAX_BYTES and digest(storage, name, look) == sha256
    except FileNotFoundError:
        return gettext("The picture %(name)s is gone.") % {"name": name}
    except OSError:
        return gettext("The picture %(name)s cannot be read.") % {"name": name}
    return None if right else gettext("The picture %(name)s was changed.") % {"name": name}


def stamp_of(storage, name):
    """What changes when a stored file does, its size first. Raises FileNotFoundError."""
    try:
        found = os.stat(storage.path(name))
    except NotImplementedError:  # not on this machine
        return stamp_afar(storage, name)
    # Anybody may put the time of the last change back, but not the time when that was done.
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, storage.path(name)


def stamp_afar(storage, name):
    if not storage.exists(name):
        raise FileNotFoundError(name)
    modified = None
    with suppress(NotImplementedError):
        modified = storage.get_modified_time(name)
    return storage.size(name), modified


@lru_cache(maxsize=4096)
def digest_of(storage, name, stamp):
    """The SHA-256 of a stored file in hex; remembered for as long as its stamp is the same."""
    with storage.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    """Takes an upload only after `prepare` has made it ours, and the storage holds it."""

    widget = ImageInput

    def to_python(self, data):
        file = super().to_python(data)
        if file is None:
            return None
        file.seek(0)
        return stored(prepare(file))


def stored(picture):
    """The picture, when the storage has taken it; raises ValidationError with a sentence.

    A form asks for it, which can still be shown again with all that was typed.
    """
    try:
        default_storage.save(picture.name, picture)
    except OSError as error:
        logger.exception("A picture could not be stored.")
        raise ValidationError(
            _(
                "This picture could not be stored: the server’s disk is full or out of order. "
                "Nothing was saved. Tell whoever runs the server, and send it again afterwards."
            )
        ) from error
    picture.seek(0)
    return picture


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
