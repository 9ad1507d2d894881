"""Looking at the whole database, and reaching past the application into it."""

from django.db import connection

VOLATILE = {"django_session", "django_migrations"}


def everything():
    """{table: its rows} of every table that a refused attempt must leave as it was."""
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
