"""Django's PostgreSQL, where nobody waits behind a server that does not answer."""
