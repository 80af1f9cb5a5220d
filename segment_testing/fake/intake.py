"""Calls → the ledger: each is taken, thrown away, or known already.

A request that is refused as a whole (a 400, a 401, a 429) leaves its trace too, so that a test can say why a call is
missing.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import datetime
from sys import intern

from segment_hooks import Headers
from segment_testing.fake.auth import Credentials
from segment_testing.fake.checks import TYPES, Head, Problem, missing, unknown_type
from segment_testing.fake.dedupe import Seen
from segment_testing.fake.messages import Messages
from segment_testing.fake.settings import FakeSettings
from segment_testing.fake.wire import FakeRequest
from segment_testing.recording import Call, Ledger, Reason, Reception, Rejection

_BEGINNING = 1_000
"""Bytes that are kept of a request that cannot be read."""


class Intake:
    """Takes calls into the ledger. Safe to use from any thread."""

    def __init__(self, settings: FakeSettings, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.ledger = ledger
        self._clock = clock
        self._lock = threading.Lock()
        self._seen = Seen(settings.remembered_ids)

    def take(self, request: FakeRequest, messages: Messages, credentials: Credentials) -> str | None:
        """Take in what one request brought; returns why the request is to be refused with 400, where it is."""
        limits = self.settings.limits
        key = messages.write_key or credentials.write_key
        texts = [bytes(text) for text in messages.texts]
        refusal = _oversized(messages, texts, limits.event)
        if refusal is not None:
            self._reject_all(request, key, messages, texts, (Reason.TOO_LARGE, refusal), 400)
        elif not texts:
            self.refuse(request, key, Reason.EMPTY_BATCH, "the batch holds no call", 200)
        elif len(texts) > limits.events:
            detail = f"the batch holds {len(texts):,} calls; Segment takes {limits.events:,} at most"
            self._reject_all(request, key, messages, texts, (Reason.TOO_MANY_EVENTS, detail), 200)
        else:
            self._judge(request, key, messages, texts, credentials)
        return refusal

    def refuse(self, request: FakeRequest, key: str | None, reason: Reason, detail: str, status: int) -> None:
        """Record that a whole request came to nothing. `status`: what was answered, 0 for no answer."""
        reception = self._reception(request, key, _NOTHING)
        self.ledger.record(rejections=[Rejection(reason, detail, reception, request.body[:_BEGINNING], status)])

    def forget(self) -> None:
        """Take every `messageId` again, and empty the ledger."""
        with self._lock:
            self._seen.clear()
        self.ledger.clear()

    def _judge(
        self, request: FakeRequest, key: str | None, messages: Messages, texts: list[bytes], credentials: Credentials
    ) -> None:
        """Record each call by its merits."""
        calls: list[Call] = []
        rejections: list[Rejection] = []
        sources: dict[str | None, tuple[Reception, Problem | None]] = {}
        problems, longest = messages.problems, self.settings.limits.message_id
        for index, head in enumerate(messages.heads):
            own_key = key or head.write_key or None
            source = sources.get(own_key)
            if source is None:
                source = sources[own_key] = (
                    self._reception(request, own_key, messages),
                    None if self.settings.knows(own_key) else _unknown_source(own_key, credentials),
                )
            reception, problem = source
            kind = TYPES.get(head.type or "")
            if problem is None:
                problem = problems.get(index)
            if problem is None:
                problem = unknown_type(head.type) if kind is None else missing(kind, head)
            message_id = head.message_id or f"api-{secrets.token_hex(14)}"
            if problem is None and len(message_id) > longest:
                problem = _too_long(message_id, longest)
            if problem is None:
                name = head.event if kind == "track" else head.name
                name = None if name is None else intern(name)  # many calls share it
                calls.append(
                    Call(reception, texts[index], kind or "", message_id, name, head.user_id, head.anonymous_id)
                )
            else:
                place = f"batch[{index}]: " if messages.is_batch else ""
                rejections.append(_rejection(problem, place, head, texts[index], reception))
        self._record(calls, rejections)

    def _record(self, calls: list[Call], rejections: list[Rejection]) -> None:
        with self._lock:
            add = self._seen.add
            is_new = [add(call.message_id) for call in calls]
        if all(is_new):
            self.ledger.record(calls, rejections)
            return
        fresh = [call for call, new in zip(calls, is_new, strict=True) if new]
        duplicates = [_duplicate(call) for call, new in zip(calls, is_new, strict=True) if not new]
        self.ledger.record(fresh, rejections, duplicates)

    def _reject_all(
        self,
        request: FakeRequest,
        key: str | None,
        messages: Messages,
        texts: list[bytes],
        problem: Problem,
        status: int,
    ) -> None:
        reception = self._reception(request, key, messages)
        pairs = zip(messages.heads, texts, strict=True)
        self.ledger.record(rejections=[_rejection(problem, "", head, text, reception, status) for head, text in pairs])

    def _reception(self, request: FakeRequest, key: str | None, messages: Messages) -> Reception:
        headers = request.headers
        agent = headers.get(b"user-agent")
        return Reception(
            request.path,
            key,
            self._clock(),
            messages.sent_at,
            messages.context,
            messages.integrations,
            None if agent is None else agent.decode("latin-1"),
            _retry_count(headers),
            self.settings.project_id,
        )


_NOTHING = Messages([], [])


def _oversized(messages: Messages, texts: list[bytes], limit: int) -> str | None:
    for index, text in enumerate(texts):
        if len(text) > limit:
            place = f"batch[{index}]" if messages.is_batch else "the call"
            return f"{place} has {len(text):,} bytes; an event may have {limit:,}"
    return None


def _unknown_source(key: str | None, credentials: Credentials) -> Problem:
    if key is not None:
        return Reason.UNKNOWN_SOURCE, "the write key is none of FakeSettings.write_keys"
    if credentials.problem is not None:
        return Reason.UNKNOWN_SOURCE, f"no write key: {credentials.problem}"
    return Reason.UNKNOWN_SOURCE, "no write key, neither in the body nor in an Authorization header"


def _too_long(message_id: str, longest: int) -> Problem:
    return Reason.MESSAGE_ID_TOO_LONG, f"`messageId` has {len(message_id):,} characters; it may have {longest}"


def _rejection(
    problem: Problem, place: str, head: Head, text: bytes, reception: Reception, status: int = 200
) -> Rejection:
    reason, detail = problem
    name = head.event if head.event is not None else head.name
    return Rejection(reason, place + detail, reception, text, status, head.type, name, head.message_id)


def _duplicate(call: Call) -> Rejection:
    return Rejection(
        Reason.DUPLICATE,
        "a call with this `messageId` was taken before",
        call.reception,
        call.sent,
        200,
        call.type,
        call.name,
        call.message_id,
    )


def _retry_count(headers: Headers) -> int:
    value = headers.get(b"x-retry-count")
    return int(value) if value is not None and value.isdigit() and len(value) < 10 else 0
