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


def cache_of_worker(address, worker):
    """Each worker of a run has a Redis database of its own, since tests empty theirs; a server has
    sixteen. Processes that a test starts inherit the address as it is then."""
    found = re.fullmatch(r"(redis://.*/)(\d+)", address)
    if not found or not worker.startswith("gw"):
        return address
    return f"{found[1]}{(int(found[2]) + int(worker[2:])) % 16}"


if not os.environ.get("CACHE_OF_WORKER"):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    os.environ["CACHE_URL"] = cache_of_worker(os.environ.get("CACHE_URL", "locmemcache://"), worker)
    os.environ["CACHE_OF_WORKER"] = "1"

from tcmtips.settings import *  # noqa: F403
from tcmtips.settings import STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
# Static files come from where they are written, without collecting them first.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
LOGGING = {"version": 1, "disable_existing_loggers": False}
INSTALLED_APPS += ["django_migration_linter"]  # noqa: F405
