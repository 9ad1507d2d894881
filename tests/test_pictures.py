"""What can happen to a picture between its upload and its readers: a full disk, a power failure,
two who send it at once, and hands that reach past the application."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import html

from editorial import images
from editorial.images import fault_of
from tests import desk
from tests import factories as f

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A folder of its own for each test, so that no picture is there from another one."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return Path(settings.MEDIA_ROOT)


def sha256_of(picture):
    return images.facts(picture.name)["sha256"]


def path_of(picture):
    return Path(default_storage.path(picture.name))


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def fill(monkeypatch, error=errno.ENOSPC, after=1):
    """From now on a disk takes so many bytes of a file and then fails."""
    true_open = open

    class Full:
        def __init__(self, handle, mode):
            self.file, self.left = true_open(handle, mode), after

        def __enter__(self):
            return self

        def __exit__(self, *why):
            self.file.close()

        def write(self, data):
            self.file.write(data[: self.left])
            self.file.flush()
            raise OSError(error, os.strerror(error))

    monkeypatch.setattr(images, "open", Full, raising=False)


# --- Writing -------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS])
def test_a_disk_that_fails_half_way_leaves_nothing(monkeypatch, media, error):
    picture = f.picture()
    with monkeypatch.context() as during:
        fill(during, error)
        with pytest.raises(OSError, match=os.strerror(error)):
            default_storage.save(picture.name, picture)
    assert files_in(media) == []
    default_storage.save(picture.name, picture)
    assert files_in(media) == [picture.name]
    assert fault_of(picture.name, sha256_of(picture)) is None


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_picture_that_is_not_surely_on_the_disk_gets_no_name(monkeypatch, media, step):
    def fail(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    picture = f.picture()
    with monkeypatch.context() as during:
        during.setattr(os, step, fail)
        with pytest.raises(OSError, match="No space"):
            default_storage.save(picture.name, picture)
    assert files_in(media) == []


def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_answer(
    monkeypatch, media
):
    steps = []
    true = {name: getattr(os, name) for name in ("fsync", "replace")}

    def fsync(handle):
        steps.append(os.path.basename(os.readlink(f"/proc/self/fd/{handle}")))
        true["fsync"](handle)

    def replace(part, path):
        steps.append("renamed")
        true["replace"](part, path)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    picture = f.picture()
    default_storage.save(picture.name, picture)
    part, *rest = steps
    assert part.endswith(".part")
    assert rest == ["renamed", sha256_of(picture)[:2], "images", "media"]


DAMAGES = {
    "nothing": lambda data: b"",
    "half": lambda data: data[: len(data) // 2],
    "more": lambda data: data + b" ",
    "other bytes": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_name_that_holds_something_else_gets_its_own_bytes_at_the_next_upload(damage):
    picture = f.picture()
    path = path_of(picture)
    path.parent.mkdir(parents=True)
    path.write_bytes(DAMAGES[damage](picture.read()))
    assert "was changed" in fault_of(picture.name, sha256_of(picture))
    default_storage.save(picture.name, picture)
    picture.seek(0)
    assert path.read_bytes() == picture.read()
    assert fault_of(picture.name, sha256_of(picture)) is None


def test_a_good_file_stays_the_file_that_it_is():
    picture = f.picture()
    default_storage.save(picture.name, picture)
    before = path_of(picture).stat()
    default_storage.save(picture.name, picture)
    assert path_of(picture).stat() == before
    assert before.st_mode & 0o777 == 0o644


# Two of these store the same pictures, in one order; each looks at once at what is there.
STORE = """
import sys, django; django.setup()
from editorial.images import ImageStorage, fault_of, facts
from tests.factories import picture
storage = ImageStorage(location=sys.argv[1])
pictures = [picture((n, 7, 7)) for n in range(120)]
print("ready", flush=True); sys.stdin.readline()
for one in pictures:
    there = storage.exists(one.name)
    fault = fault_of(one.name, facts(one.name)["sha256"], storage=storage) if there else None
    storage.save(one.name, one)
    after = fault_of(one.name, facts(one.name)["sha256"], storage=storage, trust_times=False)
    print(there, fault, after, sep="|", flush=True)
"""


def python(code, *args, prefix=()):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", code, *map(str, args)],
        cwd=ROOT,
        env=environment | {"DATABASE_URL": "sqlite://:memory:"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.once
def test_two_processes_that_store_the_same_picture_at_once_see_it_whole_or_not_at_all(media):
    both = [python(STORE, media) for _ in range(2)]
    assert [one.stdout.readline() for one in both] == ["ready\n"] * 2
    for one in both:
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=60)[0].splitlines() for one in both]
    assert [len(lines) for lines in said] == [120, 120]
    assert {line.split("|", 1)[1] for lines in said for line in lines} == {"None|None"}
    # They did meet: each found pictures that the other had stored, or stored one together.
    assert sum(line.startswith("False") for lines in said for line in lines) >= 120
    assert len(files_in(media)) == 120


# On a file system without room, and under a limit of the kernel's: errors that nobody has made up.
NO_ROOM = """
import os, resource, signal, sys, django; django.setup()
from pathlib import Path
from PIL import Image
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from editorial import images
from tests.factories import picture
import io
out = io.BytesIO()
Image.effect_noise((300, 300), 90).save(out, "PNG")
upload = SimpleUploadedFile("p.png", out.getvalue(), "image/png")
if sys.argv[2] == "limit":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384))
with override_settings(MEDIA_ROOT=sys.argv[1]):
    small = images.stored(picture())
    try:
        images.ImageFormField().clean(upload)
    except ValidationError as refusal:
        print(refusal.messages[0], refusal.__cause__ and type(refusal.__cause__.__cause__), sep="|")
        print(refusal.__cause__.errno if refusal.__cause__ else None)
    print([p.name for p in Path(sys.argv[1]).rglob("*") if p.is_file()] == [Path(small.name).name])
"""
TMPFS = ["unshare", "--mount", "sh", "-c"]


def may_mount():
    there = "mount -t tmpfs -o size=32k tmpfs /mnt"
    return shutil.which("unshare") and not subprocess.run([*TMPFS, there]).returncode


DISKS = {"limit": errno.EFBIG} | ({"tmpfs": errno.ENOSPC} if may_mount() else {})


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("disk", DISKS)
def test_a_disk_that_is_really_full_is_told_in_words_and_keeps_what_it_holds(media, disk):
    media.mkdir()
    mounted = [*TMPFS, f'mount -t tmpfs -o size=32k tmpfs {media} && exec "$0" "$@"']
    done = python(NO_ROOM, media, disk, prefix=mounted if disk == "tmpfs" else ())
    sentence, number, kept = done.communicate(timeout=60)[0].splitlines()
    assert "the server’s disk is full" in sentence
    assert int(number) == DISKS[disk]
    assert kept == "True"


# --- The desk ------------------------------------------------------------------------------


@pytest.fixture
def writer(client, db):
    made = f.user("writer")
    client.force_login(made)
    return made


def upload(picture):
    picture.seek(0)
    return SimpleUploadedFile("p.png", picture.read(), "image/png")


def test_a_full_disk_is_an_error_of_the_form_that_keeps_what_was_typed(client, writer, monkeypatch):
    article = f.article(writer)
    draft = desk.head(article)
    typed = {"title": "Typed anew", "hero": upload(f.picture()), "hero_alt": "A knee"}
    with monkeypatch.context() as during:
        fill(during)
        response = desk.save(client, draft, **typed)
    assert response.status_code == 200
    page = html.fromstring(response.content.decode())
    (error,) = page.xpath("//*[contains(@class, 'errorlist')]/li")
    assert "disk is full" in error.text_content()
    assert page.xpath("//*[@name='title']/@value") == ["Typed anew"]
    assert desk.head(article).number == 1
    saved = desk.save(client, draft, **typed | {"hero": upload(f.picture())})
    assert saved.status_code == 302
    hero = desk.head(article).hero
    assert fault_of(hero.name, sha256_of(hero)) is None


def test_an_empty_file_under_a_pictures_name_is_mended_by_the_upload(client, writer):
    """What a full disk left behind before pictures were written whole."""
    article = f.article(writer)
    data = upload(f.picture())
    name = images.prepare(upload(f.picture())).name
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True)
    path.touch()
    assert desk.save(client, desk.head(article), hero=data, hero_alt="A knee").status_code == 302
    assert desk.head(article).hero.name == name
    assert path.stat().st_size > 0


def test_a_large_picture_asks_for_no_room_on_the_disk_while_it_comes_in(rf):
    # Django would keep it in a temporary file, and fail before there is a form to answer with.
    largest = SimpleUploadedFile("p.png", bytes(images.MAX_BYTES), "image/png")
    request = rf.post("/", {"hero": largest})
    assert not hasattr(request.FILES["hero"], "temporary_file_path")


# --- Whether the stored bytes are the named ones -------------------------------------------


@pytest.fixture
def stored():
    picture = f.picture()
    default_storage.save(picture.name, picture)
    return picture


@pytest.fixture
def readings(monkeypatch):
    """Names of the files that were read, in their order."""
    names, true_open = [], images.ImageStorage.open

    def counted(self, name, mode="rb"):
        names.append(name)
        return true_open(self, name, mode)

    monkeypatch.setattr(images.ImageStorage, "open", counted)
    images.digest_of.cache_clear()
    return names


def test_a_picture_is_read_once_for_many_pages(stored, readings):
    for _ in range(5):
        assert fault_of(stored.name, sha256_of(stored)) is None
    assert readings == [stored.name]


def test_a_changed_picture_is_read_again(stored, readings):
    assert fault_of(stored.name, sha256_of(stored)) is None
    true = path_of(stored).read_bytes()
    path_of(stored).write_bytes(true[:-1] + b"x")
    for _ in range(3):
        assert "was changed" in fault_of(stored.name, sha256_of(stored))
    path_of(stored).write_bytes(true)
    assert fault_of(stored.name, sha256_of(stored)) is None
    assert readings == [stored.name] * 3


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_picture_is_a_fault(stored, damage):
    assert fault_of(stored.name, sha256_of(stored)) is None
    path_of(stored).write_bytes(DAMAGES[damage](path_of(stored).read_bytes()))
    assert "was changed" in fault_of(stored.name, sha256_of(stored))


def test_a_picture_that_is_gone_is_a_fault(stored):
    assert fault_of(stored.name, sha256_of(stored)) is None
    path_of(stored).unlink()
    assert "is gone" in fault_of(stored.name, sha256_of(stored))


def test_a_picture_that_cannot_be_read_is_a_fault_and_no_error(stored):
    path_of(stored).unlink()
    path_of(stored).mkdir()
    assert "cannot be read" in fault_of(stored.name, sha256_of(stored))


@pytest.mark.parametrize("name", ["", "evil.svg", "images/../../db.sqlite3", f"{'a' * 64}-1x1.png"])
def test_a_name_that_is_no_pictures_is_a_fault(name):
    assert "not named by its content" in fault_of(name, "a" * 64)


def test_a_picture_under_the_name_of_another_is_a_fault(stored):
    other = f.picture((1, 2, 3))
    assert "not named by its content" in fault_of(stored.name, sha256_of(other))


def test_a_file_that_no_picture_of_ours_can_be_is_not_even_read(stored, readings):
    os.truncate(path_of(stored), images.MAX_BYTES + 1)
    assert "was changed" in fault_of(stored.name, sha256_of(stored))
    assert readings == []


def swap_in(path, data, how):
    """Other bytes of the same length, with the time of the last change put back."""
    before = path.stat()
    if how == "in place":
        with open(path, "r+b") as file:
            file.write(data)
    else:
        other = path.with_suffix(".other")
        other.write_bytes(data)
        other.replace(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


@pytest.mark.parametrize("how", ["in place", "by another file"])
def test_a_swapped_picture_with_its_time_put_back_is_seen(stored, how):
    assert fault_of(stored.name, sha256_of(stored)) is None
    swap_in(path_of(stored), DAMAGES["other bytes"](path_of(stored).read_bytes()), how)
    assert "was changed" in fault_of(stored.name, sha256_of(stored))


def test_what_leaves_no_trace_in_the_file_system_is_seen_by_reading_alone(stored, monkeypatch):
    """A worn disk, or a clock that was put back: only what does not trust times can tell."""
    seen = images.stamp_of(default_storage, stored.name)
    assert fault_of(stored.name, sha256_of(stored)) is None
    monkeypatch.setattr(images, "stamp_of", lambda storage, name: seen)
    path_of(stored).write_bytes(DAMAGES["other bytes"](path_of(stored).read_bytes()))
    assert fault_of(stored.name, sha256_of(stored)) is None
    assert "was changed" in fault_of(stored.name, sha256_of(stored), trust_times=False)


class Afar(Storage):
    """A store of objects, as one rents it: no path, and a time of change only where told."""

    def __init__(self):
        self.kept, self.changed, self.read = {}, None, 0

    def exists(self, name):
        return name in self.kept

    def size(self, name):
        return len(self.kept[name])

    def get_modified_time(self, name):
        return self.changed or super().get_modified_time(name)

    def _open(self, name, mode):
        self.read += 1
        return ContentFile(self.kept[name])


@pytest.mark.parametrize("times", [True, False])
def test_a_storage_without_files_is_read_once_for_each_time_and_size(times):
    afar, picture = Afar(), f.picture()
    assert "is gone" in fault_of(picture.name, sha256_of(picture), storage=afar)
    afar.kept[picture.name] = true = picture.read()
    afar.changed = f.now() if times else None
    for _ in range(3):
        assert fault_of(picture.name, sha256_of(picture), storage=afar) is None
    assert afar.read == 1
    afar.kept[picture.name] = DAMAGES["other bytes"](true)
    afar.changed = f.now() if times else None
    known = fault_of(picture.name, sha256_of(picture), storage=afar)
    assert bool(known) == times
    assert "was changed" in fault_of(
        picture.name, sha256_of(picture), storage=afar, trust_times=False
    )


def test_what_is_remembered_has_a_bound():
    assert images.digest_of.cache_info().maxsize == 4096


# --- Readers -------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", DAMAGES)
def test_bytes_that_are_not_the_named_ones_are_not_served(db, client, stored, damage):
    address = f"/media/{stored.name}"
    assert client.get(address).status_code == 200
    true = path_of(stored).read_bytes()
    path_of(stored).write_bytes(DAMAGES[damage](true))
    refused = client.get(address)
    assert refused.status_code == 404
    assert "immutable" not in refused.headers.get("Cache-Control", "")
    path_of(stored).write_bytes(true)
    again = client.get(address)
    assert b"".join(again.streaming_content) == true


def test_a_picture_is_not_hashed_at_every_visit(client, stored, readings):
    for _ in range(4):
        response = client.get(f"/media/{stored.name}")
        assert b"".join(response.streaming_content)
    # Once to be hashed, and each time to be sent.
    assert len(readings) == 5
