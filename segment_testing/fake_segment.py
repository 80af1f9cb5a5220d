"""A fake Segment for one test: what the fixture `segment` gives, and what a test without pytest makes for itself.

with FakeSegment() as segment, segment.serve() as server:
    shop = Shop(analytics_host=server.url)
    shop.checkout(user="u1", total=10)
    segment.expect.track("Order Completed", user_id="u1").once()
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Unpack

from segment_testing.assertions import Expect
from segment_testing.failures import nothing_tested, something_rejected
from segment_testing.fake.core import TrackingAPI
from segment_testing.fake.faults import Faults
from segment_testing.fake.settings import FakeSettings
from segment_testing.fake.wire import FakeRequest, Reply
from segment_testing.patterns import payload_of
from segment_testing.queries import Queries
from segment_testing.recording import Call, Rejection
from segment_testing.showing import ASKED_FOR, plural
from segment_testing.snapshots import snapshot_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from segment_testing.delivery.logged import SimulatorOptions
    from segment_testing.delivery.loop import ClosedLoop, Data
    from segment_testing.delivery.targets import Target
    from segment_testing.fake.server import ServedFake
    from segment_testing.fake.tls import TLSFiles
    from segment_testing.tracking_plan import CallViolations


class FakeSegment(Queries):
    """Takes calls, in the process (see `segment_testing.mocking`) or served, and answers a test's questions about them.

    `expect`: see `assertions`. `settings`: how it is set up; with `strict`, `verify` fails where Segment would have
    thrown a call away. `api`: the core to look into, left out: one of its own with these settings.
    As a context manager it verifies at the end, unless the test has failed already.
    """

    def __init__(self, settings: FakeSettings | None = None, *, api: TrackingAPI | None = None) -> None:
        self.api = api if api is not None else TrackingAPI(settings)
        self.settings = settings if settings is not None else self.api.settings
        self.expect = Expect(self.api.ledger, self.settings.tracking_plan)
        super().__init__(self.api.ledger)

    @property
    def calls(self) -> list[Call]:
        """The calls that Segment would have taken, oldest first."""
        return self.api.ledger.calls

    @property
    def rejected(self) -> list[Rejection]:
        """What Segment would have thrown away or refused, oldest first, with the reasons."""
        return self.api.ledger.rejections

    @property
    def duplicates(self) -> list[Rejection]:
        """Calls that came again under the same `messageId`, oldest first: what retries look like."""
        return self.api.ledger.duplicates

    @property
    def violations(self) -> list[CallViolations]:
        """The calls that break the tracking plan of the settings, oldest first, each with what is wrong with it."""
        if self.settings.tracking_plan is None:
            return []
        from segment_testing.tracking_plan import violations_in

        return violations_in(self.calls, self.settings.tracking_plan)

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose: `segment.faults.add(faults.status(500).times(2))`."""
        return self.api.faults

    def handle(self, request: FakeRequest) -> Reply:
        """Answer one request: what transports and routes call."""
        return self.api.handle(request)

    def serve(self, *, host: str = "127.0.0.1", port: int = 0, tls: TLSFiles | None = None) -> ServedFake:
        """A context in which the fake can be reached over HTTP, at `.url`. `port`: 0 for any free one."""
        from segment_testing.fake.server import serve

        return serve(self.api, host=host, port=port, tls=tls)

    def deliver_to(
        self,
        target: Target,
        *,
        types: Collection[str] = (),
        names: Collection[str] = (),
        data: Data | None = None,
        **options: Unpack[SimulatorOptions],
    ) -> ClosedLoop:
        """Segment's other half: deliver webhooks to a service, what clients send to this fake (`forward()`), and what a
        test gives (`deliver(event)`, `twice(event)`).

        `target`: an ASGI or WSGI application, a `Receiver`, a router, a URL on this machine. `types`, `names`, `data`:
        the mapping, see `ClosedLoop`; `secret`, `faults` and the others are those of a `Simulator`.
        """
        from segment_testing.delivery.loop import ClosedLoop

        ledger, log = self.api.ledger, self.api.deliveries
        return ClosedLoop(target, ledger, log, types=types, names=names, data=data, **options)

    def snapshot(self, *, keep: Collection[str] = (), in_order: bool = True) -> list[dict[str, Any]]:
        """The calls as plain values that are the same in every run, see `snapshots`.

        `keep`: paths that stay as they are, such as `timestamp`. `in_order`: as they came, or else sorted.
        """
        return snapshot_of(map(payload_of, self.calls), keep=keep, in_order=in_order)

    def reset(self) -> None:
        """As if nothing had come yet, no fault had been asked for, and nothing been expected."""
        self.api.reset()
        self.expect.reset()

    def verify(self) -> None:
        """Raise `ExpectationFailed` where an expectation lacks its last word, and so has tested nothing; and, with the
        setting `strict`, where Segment would have thrown away or refused a call."""
        __tracebackhide__ = True
        unjudged = self.expect.unjudged
        if unjudged:
            raise nothing_tested(unjudged)
        if self.settings.strict:
            rejections = self.unasked_rejections
            if rejections:
                raise something_rejected(rejections)

    @property
    def unasked_rejections(self) -> list[Rejection]:
        """The rejections but for those that the test asked for: faults, a rate limit."""
        return [rejection for rejection in self.rejected if rejection.reason not in ASKED_FOR]

    def __enter__(self) -> FakeSegment:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.verify()

    def __repr__(self) -> str:
        ledger = self.api.ledger
        return f"<{type(self).__name__}: {plural(ledger.total, 'call')}, {len(ledger.rejections)} rejected>"


class ServedSegment(FakeSegment):
    """The same, and reachable over HTTP: what the fixture `segment_server` gives."""

    def __init__(self, server: ServedFake, settings: FakeSettings | None = None) -> None:
        super().__init__(settings, api=server.api)
        self.server = server

    @property
    def url(self) -> str:
        """Scheme, host and port, as SDKs take it for their host."""
        return self.server.url

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return self.server.port
