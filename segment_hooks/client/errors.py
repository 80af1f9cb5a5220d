"""What goes wrong in sending, under Segment's own kinds of error.

type            from which answer                               trying again
authentication  401, 407; a token that is not given out         no (with OAuth, once, with a new token)
authorization   403                                             no
validation      a call that cannot be sent; other 4xx           no
not_found       404                                             no
rate_limit      429; the client's own queue is full             yes
server          5xx, 408, 410, 460                              yes, but 501, 505, 511
network         no answer, or half of one                       yes
unknown         anything else: a redirect, a closed client      no
"""

from __future__ import annotations

from enum import StrEnum

from segment_hooks.errors import SegmentHooksError


class SegmentErrorType(StrEnum):
    """The kind of an error, and so whose fault it is."""

    AUTHENTICATION = "authentication"
    """Segment does not know who is sending."""
    AUTHORIZATION = "authorization"
    """Segment knows, and does not allow it."""
    VALIDATION = "validation"
    """The call, or the request, is not one that Segment takes."""
    NOT_FOUND = "not_found"
    """There is no Tracking API at that host and path."""
    RATE_LIMIT = "rate_limit"
    """Too much at once."""
    SERVER = "server"
    """Segment has a bad moment."""
    NETWORK = "network"
    """Segment could not be reached, or its answer did not arrive whole."""
    UNKNOWN = "unknown"
    """None of the above."""


class SegmentError(SegmentHooksError):
    """Events that were not sent, or a call that cannot be.

    `type` says of which kind, `code` what exactly, in a short word: Segment's where it gives one (`invalid_request`),
    else one of the client's own (`event_too_large`, `timeout`, `queue_full` …). `status_code`: of the HTTP answer, None
    where there was none. `message_ids`: the events concerned. `retry_after`: seconds that Segment asks to wait.
    `path`: the place in a call that cannot be sent, such as `$.properties.items[2]`. `detail`: the beginning of what
    the server said in its own words, which may hold anything and is therefore no part of the message.
    """

    def __init__(
        self,
        message: str,
        *,
        type: SegmentErrorType,  # noqa: A002  # Segment's own word
        code: str,
        status_code: int | None = None,
        retriable: bool = False,
        retry_after: float | None = None,
        message_ids: tuple[str, ...] = (),
        path: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(message)
        self.type = type
        self.code = code
        self.status_code = status_code
        self.retry_after = retry_after
        self.message_ids = message_ids
        self.path = path
        self.detail = detail
        self._retriable = retriable

    def is_retriable(self) -> bool:
        """Whether the same events could be delivered by trying again later. The client has done so, where it could."""
        return self._retriable


def invalid(code: str, message: str, path: str | None = None) -> SegmentError:
    """The error for a call that cannot be sent."""
    return SegmentError(message, type=SegmentErrorType.VALIDATION, code=code, path=path)
