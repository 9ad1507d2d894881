"""Looking at the whole database, and reaching past the application into it."""

import re

from django.db import connection

VOLATILE = {"django_session", "django_migrations"}
# Statements after which every row that counts is as it was before them.
HARMLESS = re.compile(r'\s*SELECT\s|(INSERT INTO|UPDATE|DELETE FROM) "django_session" ')
SAVEPOINT = re.compile(r'(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) "?(\w+)')


class States:
    """Numbers what a transaction has made of the rows: each statement that may change one leads
    to a new number, and going back to a savepoint leads back to the number it had there.

    So rows that were read once need not be read again where nothing can have changed them.
    """

    def __init__(self):
        self.transaction = None
        self.forget()

    def forget(self):
        self.now = self.latest = 0
        self.at_savepoint, self.read = {}, {}

    def note(self, execute, statement, parameters, many, context):
        """Django calls this around every statement."""
        try:
            return execute(statement, parameters, many, context)
        finally:
            self.follow(str(statement))

    def follow(self, statement):
        if found := SAVEPOINT.match(statement):
            word, name = found.groups()
            if word == "SAVEPOINT":
                self.at_savepoint[name] = self.now
            elif word == "RELEASE SAVEPOINT":
                self.at_savepoint.pop(name, None)
            else:
                self.now = self.at_savepoint.get(name, self.new())
        elif not HARMLESS.match(statement):
            self.now = self.new()

    def new(self):
        self.latest += 1
        return self.latest

    def rows(self):
        """What `read_rows` returns, from memory where nothing can have changed a row since."""
        outermost = connection.atomic_blocks[0] if connection.in_atomic_block else None
        is_told = self.note in connection.execute_wrappers
        if not is_told:  # a test took out more than its own
            connection.execute_wrappers.append(self.note)
        if outermost is None or outermost is not self.transaction or not is_told:
            self.transaction = outermost
            self.forget()
        if self.now not in self.read:
            may_come_back = {*self.at_savepoint.values()}
            self.read = {state: rows for state, rows in self.read.items() if state in may_come_back}
            self.read[self.now] = read_rows()
        return self.read[self.now]


_states = States()


def everything():
    """{table: its rows} of every table that a refused attempt must leave as it was."""
    return _states.rows()


def read_rows():
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - VOLATILE
        found = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
            for row in rows:
                row.pop("last_login", None)
            found[table] = sorted(map(repr, rows))
    return found


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount
