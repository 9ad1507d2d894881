"""`make check`: lint, format, templates, imports, migrations and Django's own checks.

Prints a line for each and a summary last; exits 1 where one failed.
"""

import os
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BIN = Path(sys.executable).parent
PRODUCTION = {
    "ENV_FILE": "",
    "DEBUG": "0",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "SIGNING_KEY": secrets.token_urlsafe(48),
    "SITE_URL": "https://www.example.org",
    "DATABASE_URL": "sqlite://:memory:",
}
OUR_APPS = ("editorial", "acupoints", "products", "articles")
TESTS = {"DJANGO_SETTINGS_MODULE": "tests.settings"}

TEMPLATES = sorted(map(str, Path("templates").rglob("*.html")))

CHECKS = [
    ("lint", [BIN / "ruff", "check", "."], {}),
    ("format", [BIN / "ruff", "format", "--check", "."], {}),
    ("templates", [BIN / "djlint", "templates", "--lint", "--quiet"], {}),
    ("template idioms", [BIN / "djade", "--check", "--target-version", "5.2", *TEMPLATES], {}),
    ("imports", [BIN / "lint-imports"], {}),
    (
        "deployment",
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        PRODUCTION,
    ),
    ("migrations are made", [sys.executable, "manage.py", "makemigrations", "--check"], PRODUCTION),
    (
        "migrations are safe",
        [
            *(sys.executable, "manage.py", "lintmigrations", "--ignore-initial-migrations"),
            # 0002_desk only adds: SQLite remakes a table for a constraint, and the linter takes the
            # columns that were there for new ones. Those of 0003_area have a default of the
            # database's own, which the linter does not see; so have those of 0006_lines_name_rows,
            # whose unique constraint is over a column that is null in every older row.
            # 0008 only adds columns that may be null; its constraint remakes the table on SQLite.
            *("--ignore-name", "0002_desk", "0003_area", "0006_lines_name_rows"),
            "0008_credential_entered_by",
            *("--no-cache", "--warnings-as-errors", "--include-apps", *OUR_APPS),
        ],
        TESTS,
    ),
]


def main():
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, *_), done in zip(CHECKS, pool.map(run, CHECKS), strict=True):
            print(f"{'ok' if done.returncode == 0 else 'FAILED':6} {name}", flush=True)
            if done.returncode:
                failed.append(name)
                print(done.stdout + done.stderr)
    print(f"{len(CHECKS) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def run(check):
    _name, command, environment = check
    return subprocess.run(
        list(map(str, command)), env={**os.environ, **environment}, capture_output=True, text=True
    )


if __name__ == "__main__":
    sys.exit(main())
