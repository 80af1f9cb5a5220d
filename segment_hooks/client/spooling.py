"""The seam between the client and where events are kept until they are settled. `SqliteSpool` is the one that comes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from segment_hooks.errors import SegmentHooksError


class SpoolError(SegmentHooksError):
    """The spool could not do what was asked. The message names a class of error, and no event."""


@runtime_checkable
class Spool(Protocol):
    """Keeps events. Called from any thread; whatever goes wrong is raised as `SpoolError`."""

    def open(self, source: str) -> None:
        """Make ready, and find what was left before. `source`: a name for the write key and host that tells neither."""
        ...

    def put_many(self, events: Iterable[tuple[str, bytes]]) -> None:
        """Keep events, message id and JSON text each, all or none of them; they are safe when this returns."""
        ...

    def remove(self, message_ids: Iterable[str]) -> None:
        """These are settled."""
        ...

    def leftovers(self, limit: int) -> list[tuple[str, bytes]]:
        """Up to so many events from before `open`, oldest first, each given out once; none when there are no more."""
        ...

    def close(self) -> None:
        """Let go of everything; what has not been removed stays for the next to open it."""
        ...

    def before_fork(self) -> None:
        """Come to rest: the memory of the process is about to be copied."""
        ...

    def after_fork_in_parent(self) -> None:
        """Go on."""
        ...

    def after_fork_in_child(self) -> None:
        """Start anew, and leave everything to the parent."""
        ...
