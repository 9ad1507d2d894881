"""What stops a start: a bad environment stops it with a sentence, https turns on all that guards
it, and an import the wrong way is seen."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.starts import Starter

# Each starts a process of its own, with a database of its own.
pytestmark = [pytest.mark.slow, pytest.mark.once]

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
KEYS = {"SECRET_KEY": "a" * 40, "SIGNING_KEY": "b" * 40}
GOOD = KEYS | {"ENV_FILE": "", "SITE_URL": "https://www.example.org"}


@pytest.fixture(scope="module", autouse=True)
def starter():
    run.starter = Starter(ROOT)
    yield
    run.starter.stop()


def run(*command, **environment):
    """A Python command with this environment and nothing else; None takes a variable out."""
    wanted = {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite://:memory:"} | GOOD | environment
    given = {name: value for name, value in wanted.items() if value is not None}
    return run.starter.run(command, given)


def check(*options, **environment):
    return run("manage.py", "check", *options, **environment)


# --- The environment -----------------------------------------------------------------------

SITE_URLS = [
    None,
    "",
    "www.example.org",
    "https://",
    "https://www.example.org/path",
    "https://www.example.org/?page=1",
    "https://www.example.org#top",
    "https://user:password@www.example.org",
    "https://www.example.org:port",
    "https://[::1",
    "ftp://www.example.org",
    "http://www.example.org",
    "http://localhost.example.org",
]
BAD = [
    ("SECRET_KEY", {"SECRET_KEY": None}),
    ("SECRET_KEY", {"SECRET_KEY": None, "DEBUG": "1"}),
    ("SECRET_KEY", {"SECRET_KEY": ""}),
    ("SECRET_KEY", {"SECRET_KEY": "a" * 31}),
    ("SIGNING_KEY", {"SIGNING_KEY": None}),
    ("SIGNING_KEY", {"SIGNING_KEY": None, "DEBUG": "1"}),
    ("SIGNING_KEY", {"SIGNING_KEY": "b" * 31}),
    ("SIGNING_KEY", {"SIGNING_KEY": KEYS["SECRET_KEY"]}),
    ("DEBUG", {"DEBUG": "maybe"}),
    ("DEBUG", {"DEBUG": "ture"}),
    ("PORT", {"PORT": "http"}),
    ("DATABASE_URL", {"DATABASE_URL": ""}),
    ("DATABASE_URL", {"DATABASE_URL": "nonsense"}),
    ("DATABASE_URL", {"DATABASE_URL": "postgres://user:password@host:port/name"}),
    ("DATABASE_URL", {"DATABASE_URL": "mysql://user:password@host/name"}),
    ("DATABASE_URL", {"DATABASE_URL": "oracle://user:password@host/name"}),
    ("CACHE_URL", {"CACHE_URL": ""}),
    ("CACHE_URL", {"CACHE_URL": "nonsense"}),
    ("CACHE_URL", {"CACHE_URL": "casher://127.0.0.1:6379/0"}),
    ("EMAIL_URL", {"EMAIL_URL": "nonsense"}),
    ("TIME_ZONE", {"TIME_ZONE": "Mars/Base"}),
    ("TIME_ZONE", {"TIME_ZONE": ""}),
    ("TIME_ZONE", {"TIME_ZONE": "../../etc/passwd"}),
    ("APPROVER_MAY_BE_CONTRIBUTOR", {"APPROVER_MAY_BE_CONTRIBUTOR": "perhaps"}),
    ("REQUIRE_SOURCE_CHECKS", {"REQUIRE_SOURCE_CHECKS": "perhaps"}),
    *[("SITE_URL", {"SITE_URL": url}) for url in SITE_URLS],
]


@pytest.mark.parametrize(("name", "environment"), BAD)
def test_a_bad_value_stops_the_start_with_one_sentence(name, environment):
    stopped = check(**environment)
    assert stopped.returncode != 0
    assert stopped.stdout == ""
    (sentence,) = stopped.stderr.splitlines()
    assert name in sentence
    assert sentence.count(" ") > 3
    for secret in ("password", *KEYS.values()):
        assert secret not in sentence.replace("user:password@host", "")


@pytest.mark.parametrize("command", ["migrate", "runserver", "seed", "verify"])
def test_no_command_starts_without_keys(command):
    stopped = run("manage.py", command, SECRET_KEY=None)
    assert stopped.returncode != 0
    assert stopped.stderr.startswith("SECRET_KEY is missing")


@pytest.mark.parametrize("debug", ["0", "", "false", "no", None])
def test_debug_is_off_unless_somebody_turns_it_on(debug):
    assert settings_with("DEBUG", DEBUG=debug) == {"DEBUG": False}


@pytest.mark.parametrize("debug", ["1", "true", "True", "yes", "on"])
def test_debug_can_be_turned_on_in_any_usual_way(debug):
    assert settings_with("DEBUG", DEBUG=debug) == {"DEBUG": True}


def settings_with(*names, **environment):
    """The named settings of a process with this environment."""
    code = (
        "import json, sys; from django.conf import settings; "
        "print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))"
    )
    environment |= {"DJANGO_SETTINGS_MODULE": "tcmtips.settings"}
    done = run("-c", code, *names, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_keys_may_stand_in_a_file_and_the_environment_wins(tmp_path):
    file = tmp_path / "env"
    file.write_text("".join(f"{name}={'c' * 40}\n" for name in ("SECRET_KEY", "SIGNING_KEY")))
    names = ("SECRET_KEY", "SIGNING_KEY")
    found = settings_with(*names, ENV_FILE=str(file), SECRET_KEY=None)
    assert found == {"SECRET_KEY": "c" * 40, "SIGNING_KEY": KEYS["SIGNING_KEY"]}


HTTPS = {
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
    "ALLOWED_HOSTS": ["www.example.org"],
    "DEBUG": False,
}


def test_https_turns_on_all_that_guards_it():
    assert settings_with(*HTTPS) == HTTPS
    assert settings_with(*HTTPS, SITE_URL="https://www.example.org/") == HTTPS


def test_a_server_with_https_passes_djangos_own_review():
    key = "a key of fifty characters or more, as `make run` makes"
    passed = check("--deploy", "--fail-level", "WARNING", SECRET_KEY=key)
    assert passed.returncode == 0, passed.stderr


ASK = """
import django; django.setup()
from django.test import Client
for path, secure in (("/robots.txt", True), ("/robots.txt", False), ("/healthz", False),
                     ("/admin/login/", True)):
    answer = Client(SERVER_NAME="www.example.org").get(path, secure=secure)
    hsts = answer.headers.get("Strict-Transport-Security", "")
    cookies = [bool(cookie["secure"]) for cookie in answer.cookies.values()]
    print(path, answer.status_code, answer.headers.get("Location", "-"), hsts, cookies)
"""


def test_plain_http_is_led_to_https_but_for_the_probes():
    done = run("-c", ASK, DJANGO_SETTINGS_MODULE="tcmtips.settings", DEBUG="1")
    hsts = "max-age=31536000; includeSubDomains; preload"
    answers = [line for line in done.stdout.splitlines() if line.startswith("/")]
    assert answers == [
        f"/robots.txt 200 - {hsts} []",
        "/robots.txt 301 https://www.example.org/robots.txt  []",
        "/healthz 200 -  []",
        f"/admin/login/ 200 - {hsts} [True]",
    ], done.stderr


BEHIND_A_PROXY = """
import django; django.setup()
from django.test import Client
for proto in ("https", "HTTPS", "Https", "HTTPS, http", "http", "HTTP", "httpss", ""):
    headers = {"X-Forwarded-Proto": proto} if proto else {}
    answer = Client(SERVER_NAME="www.example.org", headers=headers).get("/robots.txt")
    print("answer", proto or "-", answer.status_code)
"""


def test_a_proxy_may_write_https_in_any_case_and_is_not_led_in_a_circle():
    done = run("-c", BEHIND_A_PROXY, DJANGO_SETTINGS_MODULE="tcmtips.settings", DEBUG="1")
    answers = [line for line in done.stdout.splitlines() if line.startswith("answer")]
    assert answers == [
        *("answer https 200", "answer HTTPS 200", "answer Https 200", "answer HTTPS, http 200"),
        *("answer http 301", "answer HTTP 301", "answer httpss 301", "answer - 301"),
    ], done.stderr


def test_a_server_that_vanished_is_given_up_in_seconds_and_connections_are_looked_at():
    url = "postgres://user:password@db.example/name?sslmode=require&connect_timeout=7"
    database = settings_with("DATABASES", DATABASE_URL=url)["DATABASES"]["default"]
    assert database["CONN_HEALTH_CHECKS"] is True
    assert database["OPTIONS"]["tcp_user_timeout"] == 3000
    # What the address says comes first.
    assert int(database["OPTIONS"]["connect_timeout"]) == 7
    assert database["OPTIONS"]["sslmode"] == "require"
    plain = settings_with("DATABASES", DATABASE_URL=url.split("?")[0])["DATABASES"]["default"]
    assert plain["OPTIONS"]["connect_timeout"] == 2


@pytest.mark.parametrize("url", ["http://localhost", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_plain_http_is_taken_for_this_machine_with_a_warning(url):
    passed = check(SITE_URL=url)
    assert passed.returncode == 0
    assert "editorial.W001" in passed.stderr
    assert "cookies are not Secure" in passed.stderr
    assert settings_with("SESSION_COOKIE_SECURE", SITE_URL=url) == {"SESSION_COOKIE_SECURE": False}


def test_a_developers_machine_needs_no_address_and_gets_no_warning():
    passed = check(SITE_URL=None, DEBUG="1", PORT="8123")
    assert passed.returncode == 0
    assert "W001" not in passed.stderr
    found = settings_with("SITE_URL", SITE_URL=None, DEBUG="1", PORT="8123")
    assert found == {"SITE_URL": "http://127.0.0.1:8123"}


# --- Layers --------------------------------------------------------------------------------


def lint_imports(*options):
    return subprocess.run(
        [BIN / "lint-imports", "--no-cache", *options], cwd=ROOT, capture_output=True, text=True
    )


def test_imports_run_one_way():
    kept = lint_imports()
    assert kept.returncode == 0, kept.stdout
    assert "Imports run one way KEPT" in kept.stdout


def test_imports_the_other_way_would_be_seen(tmp_path):
    """The same contract upside down breaks, so the linter does read our code."""
    turned = tmp_path / "turned.toml"
    text = (ROOT / "pyproject.toml").read_text()
    layers = '["tcmtips", "articles", "products", "acupoints", "editorial"]'
    assert layers in text
    turned.write_text(text.replace(layers, json.dumps(json.loads(layers)[::-1])))
    assert "Imports run one way BROKEN" in lint_imports("--config", str(turned)).stdout
