"""The project's settings with keys for tests, quick passwords and a folder of its own."""

import os
import re
import tempfile

os.environ.update(
    ENV_FILE="",
    DEBUG="0",
    SECRET_KEY="a key for tests only, forty letters long.",
    SIGNING_KEY="another key for tests, forty letters long",
    SITE_URL="http://localhost",
    MEDIA_ROOT=tempfile.mkdtemp(prefix="tcmtips-media-"),
    ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
    EMAIL_URL="memorymail://",
)
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from tcmtips.settings import *  # noqa: F403
from tcmtips.settings import CACHES, DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
# Static files come from where they are written, without collecting them first.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
LOGGING = {"version": 1, "disable_existing_loggers": False}
INSTALLED_APPS += ["django_migration_linter"]  # noqa: F405

# Each worker of a run has a Redis database of its own, of the sixteen, since tests empty theirs.
CACHE, WORKER = CACHES["default"], os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER and (address := re.fullmatch(r"(redis://.*/)(\d+)", str(CACHE.get("LOCATION")))):
    CACHE["LOCATION"] = f"{address[1]}{(int(address[2]) + int(WORKER.removeprefix('gw'))) % 16}"

# What a test commits need not outlive a fall of the server.
if "sqlite" not in DATABASES["default"]["ENGINE"]:
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
        "-c synchronous_commit=off -c jit=off"
    )
