"""Request → response: the one place that knows status codes.

Two pure steps, `accept` and `settle`, and two drivers between them. Segment's rules for an answer (action-destinations,
`core/errors.ts`): any 2xx is delivered; 408, 423, 429 and 5xx other than 501 are tried again for four hours; every
other 4xx, and 501, throws the event away. So an answer that throws away is given only where another try could not help:

    answered                                                                     Segment
    200  every event handled (now or before), stored, dropped on purpose, or
         wanted by no handler                                                    delivered
    200  some events handled, the rest never will be (invalid, not supported)    delivered
    400  empty body, not JSON, neither object nor array of objects;
         or every event invalid                                                  discards
    401  no signature, or a wrong one (423 with `bad_signature="retry"`)         discards (tries again)
    405  another method than POST, PUT, PATCH                                    -
    413  one event over the limit                                                discards
    415  not JSON by its content type, or compressed                             discards
    501  every event not supported                                               discards
    500  a handler raised an error                                               tries again
    503  a handler asked for another try, the time ran out, the inbox could
         not take it or another process is at it, a batch over
         the limit (it may come in other batches), a delivery turned into
         GET by a redirect                                                       tries again

One status goes for the whole request, so where one event of a batch needs another try, all of them come again: that
is what the dedupe by `messageId` is for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from segment_hooks import threads
from segment_hooks.deadline import within
from segment_hooks.dispatch import run_async
from segment_hooks.errors import ConfigurationError, PayloadError, RetryError, SignatureError
from segment_hooks.events import Event
from segment_hooks.log import logger
from segment_hooks.outcomes import HANDLED, Outcome, Result
from segment_hooks.problems import problem, success
from segment_hooks.router import WebhookEventRouter
from segment_hooks.signature import Scope, Secrets
from segment_hooks.webhook import Delivery, SegmentWebhookHandler, UncoveredPolicy
from segment_hooks.wire import FORM, JSON, Headers, Request, Response

if TYPE_CHECKING:
    from segment_hooks.inbox.protocol import Gate

METHODS = ("POST", "PUT", "PATCH")
"""What the destination can be set to send."""
_ALLOW = ((b"allow", b"POST, PUT, PATCH, GET, HEAD, OPTIONS"),)

MAX_BODY = 16 * 2**20
"""Bytes. Segment documents no limit for a batch; 4,000 events, the most that it sends, of 4 KiB each are this much."""

DEADLINE = 9.0
"""Seconds. The Webhooks (Actions) destination waits for ten; classic webhooks wait for five."""

_HANDLED = success(handled=1)


class ReceiverOptions(TypedDict, total=False):
    """The options of `WebhookEventRouter.asgi` and `.wsgi`, beside the secret."""

    uncovered: UncoveredPolicy | None
    scopes: Iterable[Scope]
    signature_headers: Iterable[str]
    verify: bool
    max_body: int
    deadline: float | None
    bad_signature: Literal["discard", "retry"]
    log_tracebacks: bool
    inbox: Gate | None


class Receiver:
    """Answers requests: `handler` verifies and parses them, `router` takes the events.

    `max_body`: bytes that a body may have. `deadline`: seconds until an answer must be given, or None for no limit;
    what is not done then is answered so that Segment tries again. An `async` handler is cancelled; a plain one cannot
    be stopped and runs to its end in its thread. Set 4.5 for classic webhooks.
    `bad_signature`: `"discard"` answers 401; `"retry"` answers 423, so that what was signed with a secret that is not
    set here yet comes again for four hours. `log_tracebacks`: log errors of handlers with their messages and
    tracebacks, which may hold personal data; without it, with their class and the place in the code.
    `inbox`: what stands in front of the router: a `Dedupe`, an `Inbox`, or a hand-off to an engine.
    `clock`: seconds that only go up.
    """

    def __init__(
        self,
        handler: SegmentWebhookHandler,
        router: WebhookEventRouter,
        *,
        max_body: int = MAX_BODY,
        deadline: float | None = DEADLINE,
        bad_signature: Literal["discard", "retry"] = "discard",
        log_tracebacks: bool = False,
        inbox: Gate | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not isinstance(max_body, int) or max_body <= 0:
            raise ConfigurationError(f"max_body is a number of bytes above zero, not {max_body!r}")
        if deadline is not None and not deadline > 0:  # also what is not a number
            raise ConfigurationError(f"deadline is a number of seconds above zero, or None, not {deadline!r}")
        if bad_signature not in ("discard", "retry"):
            raise ConfigurationError(f"bad_signature is 'discard' or 'retry', not {bad_signature!r}")
        self.max_body = max_body
        self._handler = handler
        self._router = router
        self._deadline = deadline
        self._bad_signature = bad_signature
        self._log_tracebacks = log_tracebacks
        self._inbox = inbox
        self._clock = clock

    @classmethod
    def build(
        cls,
        router: WebhookEventRouter,
        secret: Secrets | None,
        *,
        max_body: int = MAX_BODY,
        deadline: float | None = DEADLINE,
        bad_signature: Literal["discard", "retry"] = "discard",
        log_tracebacks: bool = False,
        inbox: Gate | None = None,
        **handler_options: Any,
    ) -> Receiver:
        """A receiver with a handler of its own; takes the options of both."""
        return cls(
            SegmentWebhookHandler(secret, **handler_options),
            router,
            max_body=max_body,
            deadline=deadline,
            bad_signature=bad_signature,
            log_tracebacks=log_tracebacks,
            inbox=inbox,
        )

    # ---- the two pure steps

    def check_head(self, method: str, headers: Headers) -> Response | None:
        """What can be answered before the body is read; None where the body is needed. `accept` asks this too."""
        if method not in METHODS:
            return self._answer_other(method, headers)
        encoding = headers.get(b"content-encoding")
        if encoding is not None and encoding.strip().lower() not in (b"", b"identity"):
            return problem(
                415,
                "content-encoding",
                "Compressed body",
                "Segment sends bodies uncompressed; a proxy must not compress them on the way.",
            )
        content_type = headers.get(b"content-type")
        if content_type == JSON:  # by far the commonest, and as Segment writes it
            return None
        content_type = (content_type or b"").partition(b";")[0].strip().lower()
        if not _is_json(content_type) and content_type != FORM:
            return problem(
                415,
                "content-type",
                "Not JSON",
                "The body must be application/json (or a form, from the extensible webhook destination).",
            )
        return None

    def too_large(self, beginning: bytes) -> Response:
        """The answer to a body over `max_body`, of which `beginning` has been read."""
        limit = f"The limit here is {self.max_body} bytes."
        logger().error("segment webhook: body over the limit of %d bytes; raise max_body", self.max_body)
        if beginning.lstrip()[:1] == b"{":
            return problem(413, "too-large", "Body over the limit", f"{limit} It is set by the receiver's max_body.")
        # of several events Segment may make smaller batches when it tries again
        return problem(
            503,
            "too-large",
            "Body over the limit",
            f"{limit} It is set by the receiver's max_body; or lower the batch size in the Segment destination.",
        )

    def accept(self, request: Request) -> Delivery | Response:
        """Verify and parse; the answer itself where there is nothing to route."""
        answer = self.check_head(request.method, request.headers)
        if answer is not None:
            return answer
        body = request.body
        if len(body) > self.max_body:
            return self.too_large(body[:64])
        if not body:
            logger().warning("segment webhook: empty body; the destination's mapping found no data for the event")
            return problem(
                400, "empty-body", "Empty body", "The mapping of the Segment destination resolved to no data."
            )
        try:
            delivery = self._handler.handle_request(headers=request.headers, body=body)
        except SignatureError as error:
            logger().warning(
                "segment webhook: signature refused (%s)",
                error.reason.value,
                extra={"segment_reason": error.reason.value},
            )
            status = 401 if self._bad_signature == "discard" else 423
            # which check failed is for the log: the sender gets the same answer for all of them
            return problem(
                status, "signature", "Signature refused", "The request is not signed with the shared secret."
            )
        except PayloadError as error:
            logger().warning("segment webhook: unreadable body: %s", error, extra={"segment_path": error.path})
            return problem(400, "payload", "Unreadable body", str(error), path=error.path)
        if delivery.skipped:
            logger().warning(
                "segment webhook: %d null item(s) of a batch skipped; the destination's mapping found no data for them",
                len(delivery.skipped),
                extra={"segment_skipped": delivery.skipped},
            )
        return delivery

    def settle(self, delivery: Delivery, outcomes: Sequence[Outcome]) -> Response:
        """The answer to a delivery whose events ended as `outcomes`, in the same order."""
        if len(outcomes) == 1 and outcomes[0] is HANDLED:
            return _HANDLED
        worst = max((outcome.result for outcome in outcomes), default=Result.UNHANDLED)
        if worst >= Result.UNSUPPORTED:
            for event, outcome in zip(delivery.events, outcomes, strict=True):
                if outcome.result >= Result.UNSUPPORTED:
                    self._log(event, outcome)
        results = [outcome.result for outcome in outcomes]
        counts = {r.name.lower(): results.count(r) for r in Result if r in results}
        if worst is Result.RETRY:
            waits = [outcome.retry_after for outcome in outcomes if outcome.retry_after is not None]
            return problem(
                503,
                "try-again",
                "Not handled yet",
                "The receiver asks for this delivery to be made again.",
                retry_after=max(waits, default=None),
                events=counts,
            )
        if worst is Result.FAILED:
            return problem(
                500,
                "handler-failed",
                "A handler failed",
                "An error in the receiver; trying again may help.",
                events=counts,
            )
        if worst in (Result.INVALID, Result.UNSUPPORTED) and min(results) >= Result.UNSUPPORTED:
            # nothing in the delivery was of use, and another try would change nothing
            if worst is Result.UNSUPPORTED:
                return problem(
                    501, "not-supported", "Not supported", "The receiver does not support such events.", events=counts
                )
            return problem(
                400, "invalid-event", "Invalid event", "The event breaks a rule of the receiver.", events=counts
            )
        return success(**counts)

    # ---- the two drivers

    def receive(self, request: Request) -> Response:
        """Answer one request, from a thread without an event loop."""
        accepted = self.accept(request)
        if isinstance(accepted, Response):
            return accepted
        if self._inbox is not None:
            return self.settle(accepted, self._inbox.handle(accepted.events, self._router, self._deadline))
        if self._router.needs_loop:
            return self.settle(accepted, threads.run_coroutine(self._run_async(accepted.events)))
        outcomes: list[Outcome] = []
        self._run(accepted.events, outcomes)
        return self.settle(accepted, outcomes)

    async def receive_async(self, request: Request) -> Response:
        """Answer one request, on an event loop of asyncio."""
        accepted = self.accept(request)
        if isinstance(accepted, Response):
            return accepted
        if self._inbox is not None:
            return self.settle(accepted, await self._inbox.handle_async(accepted.events, self._router, self._deadline))
        return self.settle(accepted, await self._run_async(accepted.events))

    def _run(self, events: Sequence[Event], outcomes: list[Outcome]) -> None:
        start, route = self._clock(), self._router.route_sync
        for event in events:
            if self._deadline is not None and outcomes and self._clock() - start >= self._deadline:
                outcomes += _too_late(len(events) - len(outcomes), self._deadline)
                return
            outcomes.append(route(event))

    async def _run_async(self, events: Sequence[Event]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        try:
            await within(self._deadline, self._run_each(events, outcomes))
        except TimeoutError:
            done = list(outcomes)  # the thread, which cannot be stopped, may still add to them
            return done + _too_late(len(events) - len(done), self._deadline)
        return outcomes

    async def _run_each(self, events: Sequence[Event], outcomes: list[Outcome]) -> None:
        if self._router.needs_loop:
            for event in events:
                outcomes.append(await run_async(self._router.plan_for(event), event))  # noqa: PERF401  # kept when the time is out
        else:
            # one change of threads for the delivery, not one for each event
            await threads.offload(self._run, events, outcomes)

    # ---- the small print

    def _answer_other(self, method: str, headers: Headers) -> Response:
        if method in ("GET", "HEAD"):
            agent = headers.get(b"user-agent") or b""
            if headers.get(b"x-signature") is not None or agent.startswith(b"Segment"):
                # Segment follows 301 and 302 with a GET without a body and takes a 200 for delivered
                logger().error(
                    "segment webhook: a redirect turned a delivery into %s; give Segment the final URL", method
                )
                return problem(
                    503,
                    "redirected",
                    "Delivery lost its body",
                    "A redirect turned the POST into a GET: give Segment the final URL, with https and every slash.",
                )
            return success(status="ok")
        if method == "OPTIONS":
            return Response(204, _ALLOW)
        return problem(405, "method", "Method not allowed", "Segment sends POST, PUT or PATCH.", headers=_ALLOW)

    def _log(self, event: Event, outcome: Outcome) -> None:
        import logging
        import traceback

        for error in outcome.errors:
            frames = traceback.extract_tb(error.__traceback__)
            logger().log(
                logging.ERROR if outcome.result >= Result.FAILED else logging.WARNING,
                "segment webhook: %s event %s: %s",
                event.TYPE or "mapped",
                outcome.result.name.lower(),
                type(error).__qualname__,
                exc_info=error if self._log_tracebacks else None,
                extra={
                    "segment_message_id": event.message_id,
                    "segment_type": event.TYPE,
                    "segment_result": outcome.result.name.lower(),
                    "segment_error": type(error).__qualname__,
                    "segment_error_at": f"{frames[-1].filename}:{frames[-1].lineno}" if frames else None,
                },
            )


def _is_json(content_type: bytes) -> bool:
    # absent: something on the way may have taken it; the signature and the parser decide
    return content_type in (b"", JSON, b"text/json", b"text/plain") or content_type.endswith(b"+json")


def _too_late(count: int, deadline: float | None) -> list[Outcome]:
    return [Outcome(Result.RETRY, (RetryError(f"no answer within {deadline} s"),))] * count
