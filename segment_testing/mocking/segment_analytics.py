"""Segment's SDK for Python, `segment-analytics-python`, unmodified: `with segment_analytics(segment): …`."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from segment_testing.mocking._missing import missing
from segment_testing.mocking.carrying import Handles
from segment_testing.mocking.requests import FakeAdapter

try:
    from segment import analytics  # type: ignore[import-untyped]
    from segment.analytics import oauth_manager, request  # type: ignore[import-untyped]
    from segment.analytics.consumer import Consumer  # type: ignore[import-untyped]
    from segment.analytics.oauth_manager import OauthManager  # type: ignore[import-untyped]
except ImportError as error:
    raise missing("segment_analytics", "segment-analytics-python") from error

# the SDK comes without types
_sdk: Any = analytics
_SESSIONS: list[Any] = [request._session, oauth_manager._session]


class BackgroundThreads:
    """The threads in which the SDK sends what was tracked (unless in its `sync_mode`) and fetches OAuth tokens."""

    def __init__(self, adapter: FakeAdapter) -> None:
        self._adapter = adapter
        self._before = _consumers()
        self._timers_before = _token_timers()

    @property
    def delays(self) -> list[float]:
        """By how many seconds each reply so far was held back, or would have been."""
        return self._adapter.delays

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until everything tracked so far has been sent; returns False where that took over `timeout` seconds."""
        deadline = time.monotonic() + timeout
        for consumer in _consumers():
            queue = consumer.queue
            with queue.all_tasks_done:
                left = max(0.0, deadline - time.monotonic())
                if not queue.all_tasks_done.wait_for(lambda queue=queue: not queue.unfinished_tasks, left):
                    return False
        return True

    def stop(self, timeout: float = 5.0) -> None:
        """End the threads that started since this was made, without sending what they have left."""
        deadline = time.monotonic() + timeout
        consumers = [consumer for consumer in _consumers() if consumer not in self._before]
        for consumer in consumers:
            consumer.pause()
            # one that waits for its next try ends with that try, which leads nowhere
            consumer.retries, consumer.host = 0, "stopped://"
        for consumer in consumers:
            consumer.join(max(0.0, deadline - time.monotonic()))
        # one that is at work just now starts the next
        while (timers := self._new_timers()) and time.monotonic() < deadline:
            for timer in timers:
                timer.cancel()
                timer.join(max(0.0, deadline - time.monotonic()))

    def _new_timers(self) -> list[threading.Timer]:
        return [timer for timer in _token_timers() if timer not in self._timers_before]


@contextmanager
def segment_analytics(api: Handles, *, wait: bool = False, timeout: float = 5.0) -> Generator[BackgroundThreads]:
    """For the length of a block, whatever the SDK sends, and the OAuth tokens that it asks for, goes to `api`.

    At the end of the block it waits up to `timeout` seconds until its threads have sent all. Then those that started
    in the block are stopped: a `Client` made in the block ends with it, and the one that `analytics.track` makes for
    itself is made anew when it is next used. So nothing tracked in the block can reach the real Segment later.

    `wait`: let the time of a slow reply really pass; without it, it is compared with the SDK's `timeout` only.
    """
    adapter = FakeAdapter(api, wait=wait)
    threads = BackgroundThreads(adapter)
    adapters = [session.adapters for session in _SESSIONS]
    client = _sdk.default_client
    for session in _SESSIONS:
        session.adapters = OrderedDict([("https://", adapter), ("http://", adapter)])
    try:
        yield threads
        threads.flush(timeout)
    finally:
        threads.stop(timeout)
        _sdk.default_client = client
        for session, before in zip(_SESSIONS, adapters, strict=True):
            session.adapters = before


def _consumers() -> list[Any]:
    return [thread for thread in threading.enumerate() if isinstance(thread, Consumer)]


def _token_timers() -> list[threading.Timer]:
    """Those that fetch OAuth tokens: half of its lifetime after the last one, or soon where there was none."""
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    return [timer for timer in timers if isinstance(getattr(timer.function, "__self__", None), OauthManager)]
