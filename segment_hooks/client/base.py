"""What both clients have in common for those who call them: the calls, taking in what they make, and the numbers."""

from __future__ import annotations

from segment_hooks.client import forking
from segment_hooks.client.core import ClientStats, Core
from segment_hooks.client.receipt import Receipt
from segment_hooks.client.resources import Aliases, Events, Groups, Identities, Pages, Screens


class BaseClient:
    """Base of `SegmentClient` and `AsyncSegmentClient`."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._batcher = core.batcher
        self._queue = core.batcher.queue
        core.wake = self._wake
        self.event = Events(self)
        self.identify = Identities(self)
        self.group = Groups(self)
        self.page = Pages(self)
        self.screen = Screens(self)
        self.alias = Aliases(self)
        forking.register(self)

    @property
    def stats(self) -> ClientStats:
        """What the client has done so far, in numbers."""
        with self._core.changed:
            return self._core.stats_locked()

    def accept(self, receipt: Receipt) -> Receipt:
        """Take in an event that is encoded already; the calls do this."""
        queue, batcher = self._queue, self._batcher
        if len(queue) >= batcher.capacity:
            self._accept_late(receipt)
            return receipt
        queue.append(receipt)  # as Batcher.add does
        if len(queue) >= batcher.wake_at:
            self._wake()
        return receipt

    def accept_all(self, receipts: list[Receipt]) -> list[Receipt]:
        """Take in several, in this order: all of them, or with `overflow="raise"` none."""
        core = self._core
        with core.changed:
            core.check_open()
            if core.batcher.room >= len(receipts):
                if core.store_locked(receipts):
                    self._wake()
                return receipts
            if core.overflow == "raise":
                raise core.full_error_locked(len(receipts))
        for receipt in receipts:
            self._accept_late(receipt)
        return receipts

    def _accept_late(self, receipt: Receipt) -> None:
        """Take in an event that is to be spooled, or for which there may be no room."""
        core, dropped = self._core, None
        try:
            with core.changed:
                core.check_open()
                if core.batcher.full:
                    if core.overflow == "drop_oldest":
                        dropped = core.drop_locked()
                    elif core.overflow == "raise" or core.is_reporting():  # on_error must not wait for itself
                        raise core.full_error_locked(1)
                    else:
                        core.wait_for_room_locked()
                if core.store_locked((receipt,)):
                    self._wake()
        finally:
            if dropped is not None:
                core.report(dropped)

    def _wake(self) -> None:
        """Something has changed: let whoever waits look again. From any thread, with the lock or without."""
        raise NotImplementedError

    # ---- forks, and the end of the process: see `forking`

    def before_fork(self) -> None:
        """See `forking`."""
        self._core.before_fork()

    def after_fork_in_parent(self) -> None:
        """See `forking`."""
        self._core.after_fork_in_parent()

    def after_fork_in_child(self) -> None:
        """See `forking`."""
        self._core.after_fork_in_child()
        self._queue = self._batcher.queue

    def at_exit(self) -> None:
        """See `forking`."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._core.endpoint.url!r})"  # never the write key
