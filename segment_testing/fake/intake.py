"""Calls → the ledger: each is taken, thrown away, or known already.

A request that is refused as a whole (with 400, 401, 429, or by a fault) leaves a trace too, so that a test can say why
a call is missing.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from sys import intern

from msgspec.structs import replace

from segment_hooks import Headers
from segment_testing.fake.auth import Credentials
from segment_testing.fake.checks import TYPES, Head, Problem, missing, unknown_type
from segment_testing.fake.dedupe import Seen
from segment_testing.fake.messages import Messages
from segment_testing.fake.settings import FakeSettings
from segment_testing.fake.wire import FakeRequest
from segment_testing.recording import Call, Ledger, Reason, Reception, Rejection

_BEGINNING = 1_000
"""Bytes that are kept of a request that is refused as a whole."""


class Intake:
    """Takes calls into the ledger. Safe to use from any thread."""

    def __init__(self, settings: FakeSettings, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._ledger = ledger
        self._clock = clock
        self._lock = threading.Lock()
        self._seen = Seen(settings.remembered_ids)

    def take(self, request: FakeRequest, messages: Messages, credentials: Credentials) -> str | None:
        """Take in what one request brought; returns why the request is to be refused with 400, where it is."""
        limits = self._settings.limits
        reception = self._reception(request, messages.write_key or credentials.write_key, messages)
        texts = [bytes(text) for text in messages.texts]
        oversized = _oversized(messages, texts, limits.event)
        if oversized is not None:
            self._reject_all(messages, texts, reception, (Reason.TOO_LARGE, oversized), status=400)
        elif not texts:
            empty = Rejection(Reason.EMPTY_BATCH, "the batch holds no call", reception, request.body[:_BEGINNING])
            self._ledger.record(rejections=[empty])
        elif len(texts) > limits.events:
            detail = f"the batch holds {len(texts):,} calls; Segment takes {limits.events:,} at most"
            self._reject_all(messages, texts, reception, (Reason.TOO_MANY_EVENTS, detail), status=200)
        else:
            self._judge_each(messages, texts, reception, credentials)
        return oversized

    def refuse(self, request: FakeRequest, write_key: str | None, problem: Problem, status: int) -> None:
        """Record that a whole request came to nothing. `status`: what was answered, or 0 for no answer."""
        reason, detail = problem
        reception = self._reception(request, write_key, _NOTHING)
        self._ledger.record(rejections=[Rejection(reason, detail, reception, request.body[:_BEGINNING], status)])

    def forget(self) -> None:
        """Take every `messageId` again, and empty the ledger."""
        with self._lock:
            self._seen.clear()
        self._ledger.clear()

    def _judge_each(self, messages: Messages, texts: list[bytes], shared: Reception, credentials: Credentials) -> None:
        """Every call by its own merits: of a batch with bad calls the good ones are taken (`multi_user_error`)."""
        calls: list[Call] = []
        rejections: list[Rejection] = []
        key, problems, longest = shared.write_key, messages.problems, self._settings.limits.message_id
        reception, unknown = self._source(key, shared, credentials)
        for index, head in enumerate(messages.heads):
            if key is None:
                reception, unknown = self._source(head.write_key, reception, credentials)
            kind = TYPES.get(head.type or "")
            problem = (
                unknown
                or (problems.get(index) if problems else None)
                or (unknown_type(head.type) if kind is None else missing(kind, head))
            )
            message_id = head.message_id
            if message_id is None or not 0 < len(message_id) <= longest:
                if not message_id:
                    message_id = f"api-{secrets.token_hex(14)}"
                elif problem is None:
                    detail = f"`messageId` has {len(message_id):,} characters; it may have {longest}"
                    problem = Reason.MESSAGE_ID_TOO_LONG, detail
            if problem is None and kind is not None:
                name = head.event if kind == "track" else head.name
                if name is not None:
                    name = intern(name)  # many calls share it
                calls.append(Call(reception, texts[index], kind, message_id, name, head.user_id, head.anonymous_id))
            else:
                rejections.append(_rejection(problem or unknown_type(None), index, messages, texts, reception))
        self._record(calls, rejections)

    def _source(
        self, key: str | None, reception: Reception, credentials: Credentials
    ) -> tuple[Reception, Problem | None]:
        """What is known of calls with this write key, and what is wrong with all of them."""
        key = key or None
        if key != reception.write_key:
            reception = replace(reception, write_key=key)
        if self._settings.knows(key):
            return reception, None
        if key is not None:
            return reception, (Reason.UNKNOWN_SOURCE, "the write key is none of FakeSettings.write_keys")
        why = credentials.problem or "it stands neither in the body nor in an Authorization header"
        return reception, (Reason.UNKNOWN_SOURCE, f"no write key: {why}")

    def _record(self, calls: list[Call], rejections: list[Rejection]) -> None:
        with self._lock:
            are_new = self._seen.add_all([call.message_id for call in calls])
        if are_new is None:
            self._ledger.record(calls, rejections)
            return
        fresh = [call for call, new in zip(calls, are_new, strict=True) if new]
        duplicates = [_duplicate(call) for call, new in zip(calls, are_new, strict=True) if not new]
        self._ledger.record(fresh, rejections, duplicates)

    def _reject_all(
        self, messages: Messages, texts: list[bytes], reception: Reception, problem: Problem, *, status: int
    ) -> None:
        self._ledger.record(
            rejections=[
                replace(_rejection(problem, index, messages, texts, reception), detail=problem[1], status=status)
                for index in range(len(texts))
            ]
        )

    def _reception(self, request: FakeRequest, key: str | None, messages: Messages) -> Reception:
        agent = request.headers.get(b"user-agent")
        return Reception(
            endpoint=request.path,
            write_key=key,
            received_at=self._clock().astimezone(UTC),
            sent_at=messages.sent_at,
            context=messages.context,
            integrations=messages.integrations,
            user_agent=None if agent is None else agent.decode("latin-1"),
            retry_count=_retry_count(request.headers),
            project_id=self._settings.project_id,
        )


_NOTHING = Messages([], [])


def _oversized(messages: Messages, texts: Sequence[bytes], limit: int) -> str | None:
    for index, text in enumerate(texts):
        if len(text) > limit:
            place = f"batch[{index}]" if messages.is_batch else "the call"
            return f"{place} has {len(text):,} bytes; an event may have {limit:,}"
    return None


def _rejection(
    problem: Problem, index: int, messages: Messages, texts: Sequence[bytes], reception: Reception
) -> Rejection:
    reason, detail = problem
    head: Head = messages.heads[index]
    name = head.event if head.event is not None else head.name
    return Rejection(
        reason,
        f"batch[{index}]: {detail}" if messages.is_batch else detail,
        reception,
        texts[index],
        type=head.type,
        name=name,
        message_id=head.message_id,
    )


def _duplicate(call: Call) -> Rejection:
    return Rejection(
        Reason.DUPLICATE,
        "a call with this `messageId` was taken before",
        call.reception,
        call.sent,
        type=call.type,
        name=call.name,
        message_id=call.message_id,
    )


def _retry_count(headers: Headers) -> int:
    value = headers.get(b"x-retry-count")
    return int(value) if value is not None and value.isdigit() and len(value) < 10 else 0
