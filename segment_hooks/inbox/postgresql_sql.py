"""The tables of the inbox in PostgreSQL, and every statement on them.

`{now}` is the server's time, the same for all rows of a statement; `%(ahead)s` in it is zero, but in tests, which put
the clock forward. Rows are locked in the order of their ids, so that no two statements wait for each other.
"""

from __future__ import annotations

from typing import Any, LiteralString

from segment_hooks.inbox import sql as rules

try:
    import psycopg
    from psycopg import sql
    from psycopg.abc import QueryNoTemplate
except ImportError as error:
    raise ImportError(
        'segment_hooks.inbox.postgresql needs psycopg: pip install "segment-hooks[postgresql]"', name="psycopg"
    ) from error

SETTINGS = """
SELECT set_config('statement_timeout', %(milliseconds)s, false), set_config('lock_timeout', %(milliseconds)s, false),
    -- what is answered as stored must be: no weaker than this, whatever the server's default
    CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END
"""

_NOW: LiteralString = "statement_timestamp() + make_interval(secs => %(ahead)s)"

_MIGRATIONS: tuple[tuple[LiteralString, ...], ...] = (
    # Each is carried out once, in order. Old code goes on working beside new code, so a migration may add a table, an
    # index, or a column with a default, and nothing else; and all code names the columns it means.
    (
        """
        CREATE TABLE {table} (
            id       text PRIMARY KEY,
            covered  boolean NOT NULL,
            digest   bytea NOT NULL,
            state    text NOT NULL,
            due      timestamptz NOT NULL,
            token    bigint NOT NULL DEFAULT 0,
            attempts integer NOT NULL DEFAULT 0,
            stored   timestamptz NOT NULL,
            raw      bytea,
            error    text
        )
        """,
        "CREATE INDEX {takeable_index} ON {table} (due) WHERE {takeable}",
        "CREATE INDEX {forgettable_index} ON {table} (due) WHERE {forgettable}",
    ),
    (
        """
        CREATE TABLE {effects} (
            id      text NOT NULL,
            by      text NOT NULL,
            covered boolean NOT NULL,
            digest  bytea NOT NULL,
            due     timestamptz NOT NULL,
            PRIMARY KEY (id, by)
        )
        """,
        "CREATE INDEX {effects_index} ON {effects} (due)",
    ),
)

_STATEMENTS: dict[str, LiteralString] = {
    "claim": """
        INSERT INTO {table} AS r (id, covered, digest, state, due, token, stored)
        SELECT e.id, e.covered, e.digest, 'running', {now} + make_interval(secs => %(lease)s), %(token)s, {now}
        FROM unnest(%(ids)s::text[], %(covered)s::boolean[], %(digests)s::bytea[]) AS e (id, covered, digest)
        ORDER BY e.id
        {claim}
    """,
    "states": "SELECT id, state FROM {table} WHERE id = ANY(%(ids)s)",
    "put": """
        INSERT INTO {table} AS r (id, covered, digest, state, due, stored, raw)
        SELECT e.id, e.covered, e.digest, 'waiting', {now}, {now}, e.raw
        FROM unnest(%(ids)s::text[], %(covered)s::boolean[], %(digests)s::bytea[], %(raws)s::bytea[])
            AS e (id, covered, digest, raw)
        ORDER BY e.id
        {put}
    """,
    "give_up": """
        DELETE FROM {table} WHERE id IN (
            SELECT r.id FROM {table} AS r
            JOIN unnest(%(ids)s::text[], %(tokens)s::bigint[]) AS e (id, token) ON r.id = e.id AND r.token = e.token
            WHERE r.raw IS NULL ORDER BY r.id FOR UPDATE OF r
        )
        RETURNING id
    """,
    # the conditions: a signed event that came while the same one, unsigned, was being handled has not had its try
    "settle": """
        WITH ending AS (
            SELECT r.id, e.state, e.error, e.uncounted, e.seconds,
                e.state IN ('dropped', 'dead') AND r.covered <> e.covered AS untried
            FROM {table} AS r
            JOIN unnest(
                %(ids)s::text[], %(tokens)s::bigint[], %(covered)s::boolean[], %(states)s::text[],
                %(seconds)s::float8[], %(errors)s::text[], %(uncounted)s::integer[]
            ) AS e (id, token, covered, state, seconds, error, uncounted) ON r.id = e.id AND r.token = e.token
            ORDER BY r.id FOR UPDATE OF r
        )
        UPDATE {table} AS r SET
            state    = CASE WHEN ending.untried THEN 'waiting' ELSE ending.state END,
            due      = {now} + make_interval(secs => CASE WHEN ending.untried THEN 0 ELSE ending.seconds END),
            raw      = CASE WHEN ending.state IN ('done', 'dropped') AND NOT ending.untried THEN NULL ELSE r.raw END,
            attempts = r.attempts - ending.uncounted,
            token    = 0,
            error    = ending.error
        FROM ending WHERE r.id = ending.id
        RETURNING r.id
    """,
    "take": """
        WITH due AS (
            SELECT id, due FROM {table}
            WHERE {takeable} AND due <= {now} ORDER BY due LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        )
        UPDATE {table} AS r SET
            state = 'running', due = {now} + make_interval(secs => %(lease)s), token = %(token)s,
            attempts = r.attempts + 1
        FROM due WHERE r.id = due.id
        RETURNING r.id, r.covered, r.raw, r.attempts, due.due
    """,
    "forget": """
        DELETE FROM {table} WHERE id IN (
            SELECT id FROM {table}
            WHERE {forgettable} AND due <= {now}
                AND (state <> 'running' OR due <= {now} - make_interval(secs => %(lapsed)s))
            ORDER BY due LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        )
    """,
    "forget_effects": """
        DELETE FROM {effects} WHERE (id, by) IN (
            SELECT id, by FROM {effects} WHERE due <= {now} ORDER BY due LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        )
    """,
    "once": """
        INSERT INTO {effects} AS r (id, by, covered, digest, due)
        VALUES (%(id)s, %(by)s, %(covered)s, %(digest)s, {now} + make_interval(secs => %(keep)s))
        ON CONFLICT (id, by) DO UPDATE SET covered = excluded.covered, digest = excluded.digest, due = excluded.due
        WHERE r.due <= {now} OR (excluded.covered AND NOT r.covered AND r.digest <> excluded.digest)
    """,
    "count": "SELECT state, count(*) FROM {table} GROUP BY state",
    "oldest": """
        SELECT extract(epoch FROM {now} - min(stored))::float8, max(attempts) FROM {table} WHERE {takeable}
    """,
    "records": """
        SELECT id, state, covered, attempts, extract(epoch FROM stored)::float8, extract(epoch FROM due)::float8, error
        FROM {table} WHERE state = %(state)s::text OR %(state)s::text IS NULL ORDER BY stored, id LIMIT %(limit)s
    """,
    "record": """
        SELECT id, state, covered, attempts, extract(epoch FROM stored)::float8, extract(epoch FROM due)::float8,
            error, raw
        FROM {table} WHERE id = %(id)s
    """,
    "retry": """
        UPDATE {table} SET state = 'waiting', due = {now}, attempts = 0
        WHERE state = 'dead' AND (%(ids)s::text[] IS NULL OR id = ANY(%(ids)s::text[]))
    """,
    "purge": """
        DELETE FROM {table} WHERE state = %(state)s AND stored <= {now} - make_interval(secs => %(age)s)
            AND (%(ids)s::text[] IS NULL OR id = ANY(%(ids)s::text[]))
    """,
    "version": "SELECT max(version) FROM {schema}",
    "make_schema": "CREATE TABLE IF NOT EXISTS {schema} (version integer NOT NULL)",
    "migrated": "INSERT INTO {schema} (version) VALUES (%(version)s)",
}


class Statements(dict[str, QueryNoTemplate]):
    """The statements by name, on the tables of one inbox."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.migrations = [[_on(table, text) for text in migration] for migration in _MIGRATIONS]
        super().__init__({name: _on(table, text) for name, text in _STATEMENTS.items()})


def of(table: str) -> Statements:
    """The statements on the inbox called `table`."""
    return Statements(table)


def migrate(connection: psycopg.Connection[Any], statements: Statements) -> None:
    """Make or complete the tables. Safe while others do the same, or work with an older or newer version."""
    try:
        if _version(connection, statements) >= len(statements.migrations):
            return  # a higher one was made by newer code, which adds and takes nothing away
    except psycopg.errors.UndefinedTable:
        pass
    with connection.transaction():
        # one at a time, or two would both find that a table is missing; the lock goes with the transaction
        connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"segment_hooks {statements.table}",))
        connection.execute(statements["make_schema"])
        version = _version(connection, statements)
        for number, migration in enumerate(statements.migrations[version:], version + 1):
            for statement in migration:
                connection.execute(statement)
            connection.execute(statements["migrated"], {"version": number})


def _version(connection: psycopg.Connection[Any], statements: Statements) -> int:
    row = connection.execute(statements["version"]).fetchone()
    return (row and row[0]) or 0


def _on(table: str, text: LiteralString) -> bytes:
    parts: dict[str, sql.Composable] = {
        "now": sql.SQL(_NOW),
        "claim": sql.SQL(rules.CLAIM),
        "put": sql.SQL(rules.PUT),
        "takeable": sql.SQL(rules.TAKEABLE),
        "forgettable": sql.SQL(rules.FORGETTABLE),
        "table": sql.Identifier(table),
        "effects": sql.Identifier(f"{table}_effects"),
        "schema": sql.Identifier(f"{table}_schema"),
        "takeable_index": sql.Identifier(f"{table}_takeable"),
        "forgettable_index": sql.Identifier(f"{table}_forgettable"),
        "effects_index": sql.Identifier(f"{table}_effects_due"),
    }
    return sql.SQL(text).format(**parts).as_bytes()
