"""What goes wrong between this package and a store."""

from __future__ import annotations

from segment_hooks.errors import SegmentHooksError


class InboxError(SegmentHooksError):
    """Base of what an inbox raises."""


class InboxUnavailable(InboxError):  # noqa: N818  # a state of the store, that passes
    """The store cannot do it now: down, locked, full, or too slow. Trying again later may help.

    Deliveries that meet it are answered 503, so that Segment makes them again. The message names the trouble, never
    a password or anything out of an event.
    """
