"""By management commands: each that this installation knows is tried, or a reason says why not."""

import io
import os
import tempfile
from pathlib import Path

from django.core import serializers
from django.core.management import CommandError, call_command, get_commands
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from . import rows
from .trial import Attack

# {command: arguments of each attempt}. They run or are refused; no row that stood may change.
TRIED = {
    "check": [()],
    "clearsessions": [()],
    "createcachetable": [()],
    "createsuperuser": [("--no-input", "--username=another", "--email=another@example.org")],
    "deduplicate_tags": [()],
    "diffsettings": [()],
    "dumpdata": [()],
    "export_log": [("--output={folder}/log",)],
    "flush": [("--no-input",)],
    "import_acupoints": [()],
    "index_search": [(), ("--mend",)],
    "inspectdb": [()],
    "makemigrations": [("--check",)],
    "mend_log_head": [()],
    "migrate": [("--no-input",)],
    "remind": [()],
    "remove_orphaned_tags": [()],
    "remove_stale_contenttypes": [("--no-input", "--include-stale-apps")],
    "seed": [("--demo",), ("--demo", "--beside-other-content")],
    "send_letters": [(), ("--digest",)],
    "sendtestemail": [("somebody@example.org",)],
    "showmigrations": [()],
    "sqlflush": [()],
    "verify": [()],
}
FILES = "It writes files of the code and does not touch the database."
PRINTS = "It prints what it finds and has no statement that writes."
OWN_DATABASE = "It makes a database of its own and works there."
REASONS = {
    "changepassword": "It changes one column of an account, which no written row holds.",
    "collectstatic": FILES,
    "compilemessages": FILES,
    "dbshell": "It opens a session of SQL; what such a session can do is tried as SQL.",
    "draw_workflow": FILES,
    "findstatic": PRINTS,
    "lintmigrations": PRINTS,
    "makemessages": FILES,
    "optimizemigration": FILES,
    "prove_append_only": OWN_DATABASE,
    "resolve_points": "It reads a file and says what it found; it writes nothing.",
    "runserver": "It serves the site; what a request can do is tried as the desk.",
    "sqlmigrate": PRINTS,
    "sqlsequencereset": PRINTS,
    "squashmigrations": FILES,
    "startapp": FILES,
    "startproject": FILES,
    "test": OWN_DATABASE,
    "testserver": OWN_DATABASE,
}
# Tried below, with arguments that come from the models.
DERIVED = {"loaddata", "shell"}


def attacks():
    for name in sorted(get_commands()):
        for arguments in TRIED.get(name, ()):
            yield command(name, *arguments, may_run=name != "flush")
    yield from migrations_backwards()
    yield from changed_fixtures()
    yield Attack("command", "sqlflush, its statements", run_sqlflush, foreign_keys=False)
    for model in rows.tables():
        script = (
            "from django.apps import apps; "
            f"apps.get_model('{model._meta.label}')._base_manager.all()._raw_delete('default')"
        )
        yield command("shell", f"--command={script}", what=f"shell on {model._meta.db_table}")


def left_out():
    """[(command, reason)] of the commands that this installation has and nobody tries."""
    return [(name, REASONS[name]) for name in sorted(get_commands()) if name in REASONS]


def unknown():
    """Commands for which neither an attempt nor a reason is written down."""
    return sorted(set(get_commands()) - TRIED.keys() - REASONS.keys() - DERIVED)


def command(name, *arguments, what=None, **options):
    def act():
        with tempfile.TemporaryDirectory() as folder:
            run(name, *[argument.format(folder=folder) for argument in arguments])

    return Attack("command", what or " ".join([name, *arguments]), act, **options)


def run(*arguments):
    """A management command; returns what it printed."""
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=io.StringIO())
    except CommandError as error:
        if str(error).startswith("Error: "):  # misspelt arguments are no refusal
            raise TypeError(arguments) from error
        raise
    except SystemExit as end:
        raise CommandError(f"It ended with exit code {end.code}.") from end
    return out.getvalue()


def migrations_backwards():
    """`migrate APP zero`, in earnest and by name only, and to each app's first migration."""
    loader = MigrationLoader(connection)
    for app in sorted(loader.migrated_apps):
        first = loader.get_migration_by_prefix(app, "0001").name
        for arguments in ((app, "zero"), (app, "zero", "--fake"), (app, first)):
            # A schema change on SQLite cannot begin in a transaction that heeds foreign keys.
            yield command("migrate", "--no-input", *arguments, may_run=True, foreign_keys=False)


def changed_fixtures():
    """`loaddata` of a file that holds one row of a table, changed."""
    for model in rows.tables():
        if row := rows.sample(model):
            what = f"loaddata of {model._meta.db_table}"
            yield Attack("command", what, lambda row=row: load(rows.altered(row)))


def load(row):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "changed.json"
        file.write_text(serializers.serialize("json", [row]))
        run("loaddata", os.fspath(file))


def run_sqlflush():
    with connection.cursor() as cursor:
        for statement in run("sqlflush", "--no-color").split(";"):
            if statement.strip() and statement.strip() not in ("BEGIN", "COMMIT"):
                cursor.execute(statement)
