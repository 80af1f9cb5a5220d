"""The thread of the browser. Playwright's synchronous API keeps an event loop running in its thread, where no test of
anything else could have one."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

THREAD = ThreadPoolExecutor(1, "browser")


@contextmanager
def in_thread(context: AbstractContextManager[Any]) -> Generator[Any]:
    """The same context, entered and left in the thread of the browser."""
    value = THREAD.submit(context.__enter__).result()
    try:
        yield value
    finally:
        THREAD.submit(context.__exit__, None, None, None).result()
