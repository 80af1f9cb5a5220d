"""Where coroutines meet threads: a plain caller with async handlers, and an async caller with plain ones."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
P = ParamSpec("P")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def run_coroutine(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run `coroutine` to its end from a thread that has no event loop, and return its result.

    All such coroutines share one loop in a thread of its own, so that what a handler keeps between events (a pool of
    connections, say) stays with the loop it was made on.
    """
    import asyncio

    return asyncio.run_coroutine_threadsafe(coroutine, _shared_loop()).result()


async def offload(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a plain function in a worker thread, with the caller's context variables."""
    import asyncio

    return await asyncio.to_thread(function, *args, **kwargs)


def _shared_loop() -> asyncio.AbstractEventLoop:
    global _loop  # noqa: PLW0603  # one for the process is the point
    import asyncio

    with _lock:
        if _loop is None or _loop.is_closed():
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="segment_hooks", daemon=True).start()
            _loop = loop
        return _loop


def _forget() -> None:
    global _loop, _lock
    _loop, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    # a fork copies the loop but not the thread that runs it
    os.register_at_fork(after_in_child=_forget)
