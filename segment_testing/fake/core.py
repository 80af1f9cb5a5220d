"""The fake Segment without any I/O: a request in plain values → a reply in plain values, and calls in the ledger.

    POST  /v1/{track,identify,group,page,screen,alias}, /v1/{t,i,g,p,s,a}   one call
    POST  /v1/{batch,import,b}                                              a batch
    POST  /v1/m                                                             telemetry: taken and forgotten
    GET   /v1/pixel/{track,identify,group,page,screen,alias}                one call; always 200 and an image
    GET   /v1/projects/<write key>/settings                                 what SDKs fetch before their first call
    POST  /token                                                            OAuth, see `oauth`

with or without a slash at the end. What Segment takes and what it later throws away is both answered with 200 (HTTP
Tracking API, "Errors"), and the ledger tells them apart:

    answered                                                                       recorded
    200  a call that a destination would get                                       as a call
    200  a call that Segment loses (`checks`), of no known source, in too
         large a batch                                                             as a rejection
    200  a call whose `messageId` came before                                      as a duplicate
    400  no JSON, no object, no batch; an event or a request over its limit        as a rejection
    401  a Bearer token that was not given out here, or has expired                as a rejection
    404, 405  another path or method                                               -
    429  above the rate limit                                                      as a rejection
    what a fault makes of it                                                       as a rejection, unless it recorded
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from segment_testing.fake import answers, cdn, cors, pixel
from segment_testing.fake.actions import Action
from segment_testing.fake.auth import NONE, credentials
from segment_testing.fake.body import BodyError, BodyTooLargeError, text_of
from segment_testing.fake.checks import TYPES
from segment_testing.fake.deliveries import Deliveries
from segment_testing.fake.faults import Faults
from segment_testing.fake.intake import Intake
from segment_testing.fake.messages import Messages, read_batch, read_one, write_key_in
from segment_testing.fake.oauth import TokenEndpoint
from segment_testing.fake.ratelimit import RateLimit
from segment_testing.fake.settings import FakeSettings
from segment_testing.fake.wire import Ending, FakeRequest, Reply
from segment_testing.recording import Ledger, Reason


def _now() -> datetime:
    return datetime.now(UTC)


class TrackingAPI:
    """A fake Segment. Safe to use from any thread; whatever the bytes of a request are, it is answered.

    `ledger`: where calls are recorded; left out, one of its own. `clock`: the time, in UTC. `faults`: what goes wrong
    on purpose. `deliveries`: what whoever plays Segment's other half has delivered to webhooks, for the page. Raises
    `ValueError` where a key in the settings is none.
    """

    def __init__(
        self,
        settings: FakeSettings | None = None,
        *,
        ledger: Ledger | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.settings = settings if settings is not None else FakeSettings()
        self.ledger = ledger if ledger is not None else Ledger(max_calls=self.settings.max_calls)
        self.faults = Faults()
        self.deliveries = Deliveries()
        self._clock = clock
        self._intake = Intake(self.settings, self.ledger, clock)
        self._rate_limit = None if self.settings.rate_limit is None else RateLimit(self.settings.rate_limit)
        self.tokens = None if self.settings.oauth is None else TokenEndpoint(self.settings.oauth, clock)

    def handle(self, request: FakeRequest) -> Reply:
        """Answer one request, and record what it brought."""
        route = _route_of(request.path)
        if route is None:
            reply = answers.error(404, "There is no such path in the Tracking API")
        elif request.method == "OPTIONS":
            return cors.preflight(request, route.allow)
        elif request.method not in route.methods:
            message = f"This path takes {' and '.join(route.methods)}"
            reply = answers.error(405, message, headers=((b"allow", route.allow),))
        else:
            action = self._fault_for(request, route) if self.faults else None
            reply = route.answer(self, request, route.detail) if action is None else self._act(action, request, route)
        return cors.allow(reply, request)

    def reset(self) -> None:
        """As if no request had come yet, and no fault had been asked for."""
        self.faults.clear()
        self.deliveries.clear()
        self._intake.forget()
        if self._rate_limit is not None:
            self._rate_limit.clear()
        if self.tokens is not None:
            self.tokens.revoke_all()

    # ---- the endpoints

    def _take_call(self, request: FakeRequest, kind: str) -> Reply:
        """One call of type `kind`."""
        return self._take(request, lambda text: read_one(text, kind))

    def _take_batch(self, request: FakeRequest, _: str = "") -> Reply:
        """A batch of calls."""
        return self._take(request, read_batch)

    def _take_pixel(self, request: FakeRequest, kind: str) -> Reply:
        """One call of type `kind` in the query: an image, whatever the query is."""
        try:
            body = pixel.body_of(request.query)
            if len(body) > self.settings.limits.event:
                raise BodyTooLargeError(f"the call has {len(body):,} bytes")
            self._intake.take(request, read_one(body, kind), NONE)
        except BodyError as error:
            self._intake.refuse(request, None, (error.reason, str(error)), 200)
        return answers.PIXEL

    def _take_telemetry(self, *_: object) -> Reply:
        """Counts of what an SDK does, which are no calls."""
        return answers.SUCCESS

    def _give_settings(self, request: FakeRequest, write_key: str) -> Reply:
        """What an SDK wants to know before its first call."""
        if not self.settings.knows(write_key):
            return answers.error(404, "No source has this write key: it is none of FakeSettings.write_keys")
        return cdn.settings_reply(request, write_key, self.settings.settings_json)

    def _give_token(self, request: FakeRequest, _: str = "") -> Reply:
        """An access token for a signed assertion."""
        if self.tokens is None:
            return answers.error(404, "This fake has no OAuth app: give it FakeSettings(oauth=OAuthSettings())")
        return self.tokens.handle(request)

    # ---- what they share

    def _take(self, request: FakeRequest, read: Callable[[bytes], Messages]) -> Reply:
        given = credentials(request.headers)
        if self._rate_limit is not None:
            seconds = self._rate_limit.wait(self._clock())
            if seconds:
                detail = f"more than {self.settings.rate_limit:g} requests per second"
                return self._refused(request, 429, Reason.RATE_LIMITED, detail, key=given.write_key, wait=seconds)
        if given.token is not None:
            refusal = self._refusal_of(given.token)
            if refusal is not None:
                return self._refused(request, 401, Reason.UNAUTHORIZED, refusal, key=None)
        try:
            messages = read(text_of(request.body, request.headers, self.settings.limits))
        except BodyError as error:
            return self._refused(request, 400, error.reason, str(error), key=given.write_key)
        refusal = self._intake.take(request, messages, given)
        return answers.SUCCESS if refusal is None else answers.error(400, answers.TOO_LARGE, detail=refusal)

    def _refused(
        self,
        request: FakeRequest,
        status: int,
        reason: Reason,
        detail: str,
        *,
        key: str | None,
        wait: int | None = None,
    ) -> Reply:
        """Refuse a whole request. `wait`: seconds, told in the headers."""
        self._intake.refuse(request, key, (reason, detail), status)
        headers = () if wait is None else answers.waiting(wait)
        return answers.error(status, _MESSAGES.get(reason, detail), detail=detail, headers=headers)

    def _refusal_of(self, token: str) -> str | None:
        """Why calls may not be sent with this token; None where they may."""
        if self.tokens is None:
            return "a Bearer token, but this fake has no OAuth app: give it FakeSettings(oauth=OAuthSettings())"
        return self.tokens.refusal(token)

    def _fault_for(self, request: FakeRequest, route: _Route) -> Action | None:
        key = self._write_key_of(request) if self.faults.need_write_key else None
        return self.faults.choose(request, takes_calls=route.takes_calls, write_key=key)

    def _write_key_of(self, request: FakeRequest) -> str | None:
        try:
            key = write_key_in(text_of(request.body, request.headers, self.settings.limits))
        except BodyError:
            key = None
        return key or credentials(request.headers).write_key

    def _act(self, action: Action, request: FakeRequest, route: _Route) -> Reply:
        """Let a fault answer, and record where that kept calls from being recorded."""
        answered = False

        def answer() -> Reply:
            nonlocal answered
            answered = True
            return route.answer(self, request, route.detail)

        detail = "refused by a fault that the test asked for"
        try:
            reply = action(request, answer)
            if not isinstance(reply, Reply):
                raise TypeError(f"a fault returns a Reply, not {reply!r}")
        except Exception as error:  # noqa: BLE001  # a function of the test's
            detail = f"the fault raised {type(error).__name__}: {error}"
            reply, answered = answers.error(500, detail), False
        if route.takes_calls and not answered:
            status = reply.status if reply.ending is Ending.WHOLE else 0
            self._intake.refuse(request, self._write_key_of(request), (Reason.FAULT, detail), status)
        return reply


_MESSAGES = {
    Reason.TOO_LARGE: answers.TOO_LARGE,
    Reason.RATE_LIMITED: "Too many requests",
    Reason.UNAUTHORIZED: "The access token is not valid",
}
"""The messages of refusals that are not their details."""


class _Route(msgspec.Struct, frozen=True):
    methods: tuple[str, ...]
    answer: Callable[[TrackingAPI, FakeRequest, str], Reply]
    detail: str = ""
    """Out of the path: the type of a call, or a write key."""
    takes_calls: bool = False

    @property
    def allow(self) -> bytes:
        """The methods, as headers list them."""
        return ", ".join((*self.methods, "OPTIONS")).encode()


_POST, _GET = ("POST",), ("GET", "HEAD")
_ROUTES = {
    "/v1/m": _Route(_POST, TrackingAPI._take_telemetry),
    "/token": _Route(_POST, TrackingAPI._give_token),
}
for _name in ("batch", "import", "b"):
    _ROUTES[f"/v1/{_name}"] = _Route(_POST, TrackingAPI._take_batch, takes_calls=True)
for _name in TYPES:
    _ROUTES[f"/v1/{_name}"] = _ROUTES[f"/v1/{_name[0]}"] = _Route(
        _POST, TrackingAPI._take_call, _name, takes_calls=True
    )
    _ROUTES[f"/v1/pixel/{_name}"] = _Route(_GET, TrackingAPI._take_pixel, _name)

_SETTINGS = re.compile(r"/v1/projects/([^/]+)/settings")


def _route_of(path: str) -> _Route | None:
    route = _ROUTES.get(path)
    if route is None:
        path = path.rstrip("/")
        route = _ROUTES.get(path)
    if route is None and (match := _SETTINGS.fullmatch(path)):
        route = _Route(_GET, TrackingAPI._give_settings, match[1])
    return route
