"""What happens to clients when a process forks, and when it ends.

A fork copies the memory of a process, but only the thread that forks. So before a fork every client comes to rest; in
the parent it goes on, and in the child it starts anew: what was queued stays the parent's, which sends it once.

At the end of a process every client is closed: by `atexit`, and in a child of `multiprocessing`, which runs no `atexit`
functions, by the finalizers of that. A process that ends by `os._exit` or a signal ends without; a spool is for that.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import weakref
from typing import Protocol


class Forkable(Protocol):
    """A client, or whatever holds threads, locks and connections."""

    def before_fork(self) -> None:
        """Take every lock, so that the child gets a copy at rest."""
        ...

    def after_fork_in_parent(self) -> None:
        """Release them."""
        ...

    def after_fork_in_child(self) -> None:
        """Start anew: no thread, new locks, an empty queue, no connections."""
        ...

    def at_exit(self) -> None:
        """Deliver what is queued, or say that it was not."""
        ...


_clients: weakref.WeakSet[Forkable] = weakref.WeakSet()
_lock = threading.Lock()
_resting: list[Forkable] = []
_finalized_in: int | None = None  # the process that has a finalizer of multiprocessing


def register(client: Forkable) -> None:
    """Look after `client` from now on."""
    with _lock:
        _clients.add(client)


def forget(client: Forkable) -> None:
    """It is closed."""
    with _lock:
        _clients.discard(client)


def finalize() -> None:
    """See to it that clients are closed at the end of this process, also if it is a child of multiprocessing.

    To be called when a client starts to work: such a child throws away the finalizers that it got from its parent.
    """
    global _finalized_in  # noqa: PLW0603
    util = sys.modules.get("multiprocessing.util")  # imported already in every such child
    if util is None or _finalized_in == os.getpid():
        return
    _finalized_in = os.getpid()
    util.Finalize(None, _at_exit, exitpriority=100)


def _at_exit() -> None:
    with _lock:
        clients = list(_clients)
    for client in clients:
        client.at_exit()


def _before() -> None:
    _lock.acquire()
    _resting[:] = _clients
    for client in _resting:
        client.before_fork()


def _after_in_parent() -> None:
    for client in reversed(_resting):
        client.after_fork_in_parent()
    _resting.clear()
    _lock.release()


def _after_in_child() -> None:
    for client in _resting:
        client.after_fork_in_child()
    _resting.clear()
    _lock.release()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
