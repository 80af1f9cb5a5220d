"""Addresses of stores, for command lines and settings."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from segment_hooks.errors import ConfigurationError
from segment_hooks.inbox.protocol import Store

FORMS = "sqlite:///path/to/inbox.db, or postgresql://user@host/database"


def open_store(address: str) -> Store:
    """The store at `address`: `sqlite:///relative.db`, `sqlite:////absolute.db`, or a `postgresql://` address.

    Raises `ConfigurationError` for another, without repeating it: it may hold a password.
    """
    scheme, _, rest = address.partition("://")
    if scheme == "sqlite":
        from segment_hooks.inbox.sqlite import SQLiteStore

        path = unquote(urlsplit(address).path) if rest.startswith("/") else ""
        return SQLiteStore(path[1:])
    if scheme in ("postgresql", "postgres"):
        from segment_hooks.inbox.postgresql import PostgresStore

        return PostgresStore(address)
    raise ConfigurationError(f"the address of an inbox is {FORMS}")
