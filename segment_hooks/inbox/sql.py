"""What the SQL stores say alike: the table, and the rules of `segment_hooks.inbox.protocol` as conditions.

`r` is the row that is there, `excluded` the one that comes; `excluded.stored` is now.
"""

from __future__ import annotations

from typing import LiteralString

TAKEABLE: LiteralString = "state IN ('waiting', 'running') AND raw IS NOT NULL"
"""What workers may take, once it is due; an index holds these rows."""
FORGETTABLE: LiteralString = "(raw IS NULL OR state = 'dead')"
"""All the others: what may be forgotten, once it is due; another index holds them."""

_GIVES_WAY: LiteralString = """excluded.covered AND NOT r.covered
        AND (r.digest <> excluded.digest OR r.state IN ('dropped', 'dead'))"""

CLAIM: LiteralString = f"""
ON CONFLICT (id) DO UPDATE SET
    covered = excluded.covered, digest = excluded.digest, state = excluded.state, due = excluded.due,
    token = excluded.token, attempts = 0, stored = excluded.stored, raw = NULL, error = NULL
WHERE (r.due <= excluded.stored AND (r.raw IS NULL OR r.state = 'dead')) OR ({_GIVES_WAY})
RETURNING id
"""
"""A claim that meets a row takes it over, and returns its id, where the row is due or gives way to a signed event."""

_SAME: LiteralString = """r.digest = excluded.digest
        AND (r.state IN ('waiting', 'running') OR (r.state = 'done' AND r.due > excluded.stored))"""

PUT: LiteralString = f"""
ON CONFLICT (id) DO UPDATE SET
    covered = excluded.covered, digest = excluded.digest,
    state    = CASE WHEN {_SAME} THEN r.state    ELSE excluded.state  END,
    due      = CASE WHEN {_SAME} THEN r.due      ELSE excluded.due    END,
    token    = CASE WHEN {_SAME} THEN r.token    ELSE 0               END,
    attempts = CASE WHEN {_SAME} THEN r.attempts ELSE 0               END,
    stored   = CASE WHEN {_SAME} THEN r.stored   ELSE excluded.stored END,
    raw      = CASE WHEN {_SAME} THEN r.raw      ELSE excluded.raw    END,
    error    = CASE WHEN {_SAME} THEN r.error    ELSE NULL            END
WHERE (r.state IN ('done', 'dropped', 'dead') AND r.due <= excluded.stored) OR (excluded.covered AND NOT r.covered)
"""
"""An event to be stored that meets a row. Most rows stay as they are. Where a signed event meets an unsigned row, the
row becomes signed, if it is the same event, or is written anew."""
