"""Wait in an event loop for something that any thread may bring about: the loop's own, another loop's, or a plain one.

A change is told to the loop in the one way that works from every thread, its own included: asyncio's
`call_soon_threadsafe`, trio's `run_sync_soon`. (`anyio.from_thread` refuses to be called from the thread of the loop,
which is where a test's own transport records.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

Unsubscribe = Callable[[], None]


async def until(
    condition: Callable[[], bool],
    timeout: float,  # noqa: ASYNC109  # the answer is a bool, not an error
    subscribe: Callable[[Callable[[], None]], Unsubscribe],
) -> bool:
    """Wait until `condition` holds or `timeout` seconds have passed; returns whether it holds.

    `subscribe` takes what is to be called, from any thread, after every change, and returns how to stop that. The
    condition is asked in the task that waits: now, after every change, and a last time when the time is up.
    """
    import anyio

    changed = anyio.Event()
    run_in_loop = _runner()

    def wake() -> None:
        changed.set()

    def tell() -> None:
        with suppress(RuntimeError):  # the loop has ended in the meantime; trio's RunFinishedError is one too
            run_in_loop(wake)

    unsubscribe = subscribe(tell)
    try:
        with anyio.move_on_after(timeout) as scope:
            while True:
                # before the question, so that a change during or after it is not missed
                changed = anyio.Event()
                if condition():
                    return True
                if anyio.current_time() >= scope.deadline:
                    return False  # changes without end leave asyncio no moment to cancel in
                await changed.wait()
    finally:
        unsubscribe()
    return condition()


def _runner() -> Callable[[Callable[[], None]], object]:
    """How to have a function called in the loop that runs here, from whichever thread."""
    try:
        return asyncio.get_running_loop().call_soon_threadsafe
    except RuntimeError:
        import trio

        return trio.lowlevel.current_trio_token().run_sync_soon
