"""Nothing lost, nothing twice: what stands between a delivery and its handlers.

    from segment_hooks.inbox import Dedupe, Inbox, Worker
    from segment_hooks.inbox.sqlite import SQLiteStore

    store = SQLiteStore("inbox.db")
    app = router.asgi(secret, inbox=Dedupe(store))   # every event handled once, and then answered
    app = router.asgi(secret, inbox=Inbox(store))    # stored, answered, and handled by a worker:
    Worker(router, store).start()                    # here, or `segment-hooks inbox work` anywhere

What each guarantees, where processes are killed and answers get lost on the way:

    in front of the router      an event's effect happens            an event that never succeeds
    nothing                     at least once within Segment's four  Segment gives up after four hours
                                hours, often twice
    Dedupe(MemoryStore())       the same; twice only after a         the same
                                restart, or from another process
    Dedupe(SQLiteStore(…))      the same; twice only if a process    the same
    Dedupe(PostgresStore(…))    dies, or the store fails, between
                                the effect and the note of it
    Dedupe(RedisClaims(…))      the same; also when Redis loses      the same
                                what it has not yet written
    Inbox(SQLiteStore(…))       at least once, however long it       becomes a dead letter: error and
    Inbox(PostgresStore(…))     takes; twice only as for Dedupe      event are kept, to be tried again
    … and `store.once(…)` in    once, exactly, in that database      the same
    the handler's transaction

"Stored" means flushed to disk by SQLite or PostgreSQL with their defaults here; one disk or server is one copy.
"""

from __future__ import annotations

from segment_hooks.inbox.dedupe import Dedupe
from segment_hooks.inbox.durable import Inbox
from segment_hooks.inbox.errors import InboxError, InboxUnavailable
from segment_hooks.inbox.ids import by_content, by_message_id
from segment_hooks.inbox.memory import MemoryStore
from segment_hooks.inbox.policy import RetryPolicy
from segment_hooks.inbox.protocol import Claims, Gate, Record, State, Stats, Store
from segment_hooks.inbox.worker import Worker

__all__ = [
    "Claims",
    "Dedupe",
    "Gate",
    "Inbox",
    "InboxError",
    "InboxUnavailable",
    "MemoryStore",
    "Record",
    "RetryPolicy",
    "State",
    "Stats",
    "Store",
    "Worker",
    "by_content",
    "by_message_id",
]
