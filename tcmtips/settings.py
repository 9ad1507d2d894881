"""All settings, grouped, every knob from the environment (see docs/settings.md).

Nothing here has a default that would be unsafe on the internet: without DEBUG, a missing
key or a bad value stops the start with a sentence.
"""

import os
import warnings
import zoneinfo
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from django_prose_editor.config import html_tags
from js_asset import static_lazy

BASE_DIR = Path(__file__).resolve().parent.parent

# `make run` keeps its keys in .env; `make serve` sets ENV_FILE to nothing.
if env_file := os.environ.get("ENV_FILE", str(BASE_DIR / ".env")):
    environ.Env.read_env(env_file)
env = environ.Env()


def from_env(name, cast, default, expected):
    """One value of the environment, or a sentence that says what was expected."""
    try:
        return cast(name, default=default)
    except (ValueError, LookupError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} must be {expected}.") from error


SWITCH = {"1": True, "true": True, "yes": True, "on": True}
SWITCH |= {"0": False, "false": False, "no": False, "off": False, "": False}


def switch(name, default):
    """On or off; env.bool would take every word that it does not know for off."""
    return SWITCH[env.str(name, default=default).strip().lower()]


def site_address(name, default):
    """The address without what no link may begin with: a path, a query, a password."""
    parts = urlsplit(env.str(name, default=default).rstrip("/"))
    address = f"{parts.scheme}://{parts.netloc}"
    web = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    if not web or parts.geturl() != address or parts.port == 0:
        raise ValueError
    return address


def database(name, default):
    with warnings.catch_warnings(action="ignore"):  # one of them would print the password
        return env.db_url(name, default=default)


def time_zone(name, default):
    return zoneinfo.ZoneInfo(env.str(name, default=default)).key


# --- Mode and keys -----------------------------------------------------------------------

DEBUG = from_env("DEBUG", switch, "0", "1 or 0")


def key_from_env(name, purpose):
    key = env.str(name, default="")
    if len(key) < 32:
        raise ImproperlyConfigured(
            f"{name} is missing or shorter than 32 characters. It {purpose}. Make one with: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return key


SECRET_KEY = key_from_env("SECRET_KEY", "protects sessions and forms")
SIGNING_KEY = key_from_env(
    "SIGNING_KEY", "proves that sign-offs and log lines were written by this application"
)
if SIGNING_KEY == SECRET_KEY:
    raise ImproperlyConfigured("SIGNING_KEY and SECRET_KEY must differ.")

# --- Where the site lives ----------------------------------------------------------------

PORT = from_env("PORT", env.int, 8000, "a port number such as 8000")
SITE_URL = from_env(
    "SITE_URL",
    site_address,
    f"http://127.0.0.1:{PORT}" if DEBUG else "",
    "the public address of the site without a path, such as https://www.example.org",
)
_site = urlsplit(SITE_URL)
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
SITE_IS_SECURE = _site.scheme == "https"
if not SITE_IS_SECURE and _site.hostname not in ("localhost", "127.0.0.1", "::1"):
    raise ImproperlyConfigured("SITE_URL may start with http:// for localhost only; use https://.")
SITE_NAME = env.str("SITE_NAME", default="TCM Tips")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_site.hostname])
if DEBUG or not SITE_IS_SECURE:
    ALLOWED_HOSTS += LOCAL_HOSTS
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- Applications ------------------------------------------------------------------------

INSTALLED_APPS = [
    # Imports run one way: editorial -> acupoints -> products -> articles -> tcmtips.
    "tcmtips",
    "taggit",
    "articles",
    "products",
    "acupoints",
    "editorial.apps.EditorialConfig",
    "editorial.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_prose_editor",
    "csp",
]

MIDDLEWARE = [
    "tcmtips.middleware.probes_by_any_name",
    "tcmtips.middleware.scheme_in_any_case",
    "django.middleware.security.SecurityMiddleware",
    "tcmtips.middleware.isolation_headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tcmtips.middleware.no_null_characters",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Above all that asks the database.
    "tcmtips.restarts.DatabaseRestarts",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "tcmtips.urls"
WSGI_APPLICATION = "tcmtips.wsgi.application"

# Widgets are rendered with the project's own templates too.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tcmtips.context_processors.site",
            ],
        },
    },
]

# --- Data --------------------------------------------------------------------------------

DATABASES = {
    "default": from_env(
        "DATABASE_URL",
        database,
        f"sqlite:///{BASE_DIR / 'db.sqlite3'}",
        "a database address such as postgres://user:password@host:5432/name",
    )
}
_engine = DATABASES["default"].get("ENGINE", "")
if _engine.endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A move reads, compares and writes: it must hold the write lock from its first line.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif _engine.endswith("postgresql"):
    DATABASES["default"]["ENGINE"] = "tcmtips.postgres"
    # Each thread of the server keeps its connection and looks at it before a request uses it.
    DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    # A server that has vanished is given up in seconds; what DATABASE_URL says comes first.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 2,
        "tcp_user_timeout": 3000,  # milliseconds
        "keepalives_idle": 10,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    } | DATABASES["default"].get("OPTIONS", {})
else:
    raise ImproperlyConfigured("DATABASE_URL must name a SQLite or a PostgreSQL database.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": from_env(
        "CACHE_URL",
        env.cache_url,
        "locmemcache://",
        "a cache address such as redis://127.0.0.1:6379/0",
    )
}

MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))
MEDIA_URL = "media/"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "editorial.images.ImageStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "woff2", "png", "jpg", "webp", "avif", "gz", "br"]
FORMS_URLFIELD_ASSUME_HTTPS = True  # Django 6 will
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A picture of the largest size that is taken (12 MB) needs no room on a disk that may be full.
FILE_UPLOAD_MAX_MEMORY_SIZE = 13 * 1024 * 1024

# --- People ------------------------------------------------------------------------------

AUTH_USER_MODEL = "editorial.User"
LOGIN_URL = "admin:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
EMAIL_CONFIG = from_env(
    "EMAIL_URL",
    env.email_url,
    "consolemail://",
    "a mail address such as smtp+tls://user:password@host:587",
)
vars().update(EMAIL_CONFIG)
# A letter that cannot go out waits; nobody at the desk waits with it.
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = from_env("MAIL_FROM", env.str, "desk@localhost", "an e-mail address")

# --- The rules of the house --------------------------------------------------------------

# A house of two people may let the editor who changed a text approve it after a reviewer's
# sign-off. The public history then says so.
APPROVER_MAY_BE_CONTRIBUTOR = from_env("APPROVER_MAY_BE_CONTRIBUTOR", switch, "0", "1 or 0")
# In a house without a third person, who entered a credential may look it up too; never its holder.
# The reviewer's public page then says so.
HOUSE_OF_TWO = from_env("HOUSE_OF_TWO", switch, "0", "1 or 0")
REQUIRE_SOURCE_CHECKS = from_env("REQUIRE_SOURCE_CHECKS", switch, "0", "1 or 0")
# Days until a second person must have confirmed what was published without a review.
EMERGENCY_DAYS = 3
# Days that a reviewer has, unless the request says otherwise.
REVIEW_DAYS = 14

# --- Language and time -------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = from_env("TIME_ZONE", time_zone, "UTC", "the name of a time zone such as Europe/Berlin")
USE_TZ = True
FORMAT_MODULE_PATH = ["tcmtips.formats"]

# --- The editor --------------------------------------------------------------------------

DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [static_lazy("desk/acupoint-embed.js")],
        "extensions": {"Acupoint": html_tags(["div"], {"div": ["data-acupoint"]})},
    }
]

# --- Security ----------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Not Django's default "same-origin": a shop must see which site a reader came from.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if SITE_IS_SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# The desk adds the editor's import map (by nonce) and the one style that Tiptap injects (by
# hash; it changes with the editor's version, a browser test tells).
DESK_CONTENT_SECURITY_POLICY = {
    "script-src": [SELF, NONCE],
    "style-src": [SELF, "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"],
    "img-src": [SELF, "data:", "blob:"],
}

# --- Logging -----------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "tcmtips.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "json": {"class": "logging.StreamHandler", "formatter": "json"},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    # Who tried what at the desk and was refused: one JSON object a line, without any text.
    "loggers": {
        "tcmtips.refused": {"handlers": ["json"], "level": "WARNING", "propagate": False},
    },
}
