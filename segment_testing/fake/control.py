"""`/_fake/…`: look into a served fake and steer it, from another process or another language.

    GET    /_fake/health        is it there, and how much has it taken
    GET    /_fake/events        the calls that Segment would have taken; filters, and paging with since and limit
    GET    /_fake/rejected      what Segment would have thrown away or refused, and why
    GET    /_fake/duplicates    calls whose messageId had been seen
    POST   /_fake/reset         forget everything
    GET    /_fake/faults        the faults that are set
    POST   /_fake/faults        set another, or several in an array
    DELETE /_fake/faults        have no more of them
    GET    /_fake/deliveries    what was delivered to webhooks, with every attempt and its answer
    POST   /_fake/deliveries/replay  send one of them again
    GET    /_fake/sent          the bytes of one call, as they stood in the request
    GET    /_fake/stream        all of it as it comes (see `stream`)
    GET    /_fake/openapi.json  what all endpoints of the fake take and answer

Errors are Problem Details (RFC 9457). No answer may be read by a page of another origin, and no such page may change
anything: whoever has a fake running goes on surfing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast, get_args

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from segment_hooks import __version__
from segment_testing.fake.deliveries import NobodySendsError, UnknownDeliveryError
from segment_testing.fake.faults import Fault, from_json
from segment_testing.fake.openapi import document
from segment_testing.fake.resource import ControlError, Nothing, Query, Resource, Streaming, json_body, json_response
from segment_testing.fake.stream import LiveStream
from segment_testing.fake.views import call_json, delivery_json, fault_json, rejection_json
from segment_testing.news import Kind, Mark, before
from segment_testing.recording import Call, Rejection

if TYPE_CHECKING:
    from segment_testing.fake.core import TrackingAPI

PREFIX = "/_fake"

_logger = logging.getLogger(__name__)

_CALL_FIELDS = ("type", "name", "user_id", "anonymous_id", "message_id", "write_key")
_KINDS = get_args(Kind)
_REJECTION_FIELDS = ("reason", "type", "name", "message_id", "write_key")


def control_routes(api: TrackingAPI, stream: LiveStream | None = None) -> list[Route]:
    """The routes under `/_fake`, for the Starlette app around `api`.

    `stream`: to be closed when the server stops; without one, streams end only when their clients go.
    """
    controls = _Controls(api, stream or LiveStream(api.ledger, api.deliveries, plan=api.settings.tracking_plan))
    resources = {
        "health": Resource(GET=controls.health),
        "events": Resource(GET=controls.events),
        "rejected": Resource(GET=controls.rejected),
        "duplicates": Resource(GET=controls.duplicates),
        "reset": Resource(POST=controls.reset),
        "faults": Resource(GET=controls.faults, POST=controls.add_faults, DELETE=controls.clear_faults),
        "deliveries": Resource(GET=controls.deliveries),
        "deliveries/replay": Resource(POST=controls.replay),
        "sent": Resource(GET=controls.sent),
        "stream": Resource(GET=controls.stream),
        "openapi.json": Resource(GET=controls.openapi),
    }
    routes = [Route(f"{PREFIX}/{name}", resource) for name, resource in resources.items()]
    known = ", ".join(f"{PREFIX}/{name}" for name in resources)
    return [*routes, Route(PREFIX + "{rest:path}", Nothing("the controls", known))]


class _Controls:
    """What each path answers."""

    def __init__(self, api: TrackingAPI, stream: LiveStream) -> None:
        self._api = api
        self._deliveries = api.deliveries
        self._stream = stream

    async def health(self, request: Request) -> Response:
        Query(request)
        ledger = self._api.ledger
        return json_response(
            {
                "status": "ok",
                "version": __version__,
                "calls": ledger.total,
                "forgotten": ledger.forgotten,
                "rejected": len(ledger.rejections),
                "duplicates": len(ledger.duplicates),
                "streams": self._stream.clients,
            }
        )

    async def events(self, request: Request) -> Response:
        query = Query(request, *_CALL_FIELDS, "since", "limit")
        limit, ledger = query.limit, self._api.ledger
        since = min(query.number("since", 0), ledger.total)  # beyond the end: it has been reset since
        found: list[Call] = []
        following = since
        for call in ledger.since(since):
            if len(found) == limit:
                break
            following = call.sequence + 1
            if query.wants(call):
                found.append(call)
        return json_response(
            {"next": following, "total": ledger.total, "forgotten": ledger.forgotten},
            events=(call_json(call, self._api.settings.tracking_plan) for call in found),
        )

    async def rejected(self, request: Request) -> Response:
        return self._rejections(request, self._api.ledger.rejections, "rejected")

    async def duplicates(self, request: Request) -> Response:
        return self._rejections(request, self._api.ledger.duplicates, "duplicates")

    def _rejections(self, request: Request, rejections: Sequence[Rejection], name: str) -> Response:
        query = Query(request, *_REJECTION_FIELDS, "limit")
        wanted = [rejection for rejection in rejections if query.wants(rejection)]
        latest = wanted[-query.limit :]
        return json_response({"total": len(wanted)}, **{name: map(rejection_json, latest)})

    async def reset(self, request: Request) -> Response:
        Query(request)
        self._api.reset()
        return json_response({"success": True})

    async def faults(self, request: Request) -> Response:
        Query(request)
        return json_response({}, faults=[fault_json(one.fault, one.requests) for one in self._api.faults._active])

    async def add_faults(self, request: Request) -> Response:
        Query(request)
        self._api.faults.add(*_faults(await json_body(request)))
        return await self.faults(request)

    async def clear_faults(self, request: Request) -> Response:
        Query(request)
        self._api.faults.clear()
        return await self.faults(request)

    async def deliveries(self, request: Request) -> Response:
        limit = Query(request, "limit").limit
        kept = self._deliveries.all
        return json_response({"total": len(kept)}, deliveries=map(delivery_json, kept[-limit:]))

    async def replay(self, request: Request) -> Response:
        delivery = Query(request, "id").one("id")
        try:
            await to_thread.run_sync(self._deliveries.replay, delivery)  # it may wait for an answer
        except UnknownDeliveryError:
            raise ControlError(404, "gone", "No such delivery", "No delivery of this id is kept.") from None
        except NobodySendsError as error:
            raise ControlError(409, "nobody-sends", "Nobody to send it", f"{error}.") from None
        except Exception as error:  # a function of a test's, which may be over
            _logger.warning("a delivery could not be sent again", exc_info=error)
            detail = f"The sending raised {type(error).__name__}; the log says more."
            raise ControlError(409, "not-sent", "Not sent", detail) from None
        return json_response({"success": True})

    async def sent(self, request: Request) -> Response:
        query = Query(request, "of", "place")
        place, kind = _place(query.one("place")), query.one("of", *_KINDS)
        item = before(self._api.ledger, place, cast("Kind", kind))
        if item is None:
            raise ControlError(404, "gone", "No longer kept", "The fake has forgotten it, or been reset since.")
        return Response(item.sent, media_type="application/octet-stream", headers={"cache-control": "no-store"})

    async def stream(self, request: Request) -> Response:
        Query(request, "from")
        try:
            start = self._stream.start(request)
        except ValueError as error:
            raise ControlError(400, "query", "No such place", str(error)) from None
        return Streaming(partial(self._stream.serve, start))

    async def openapi(self, request: Request) -> Response:
        Query(request)
        return json_response(document())


def _place(text: str) -> Mark:
    try:
        return Mark.parse(text)
    except ValueError as error:
        raise ControlError(400, "query", "No such place", str(error)) from None


def _faults(described: Any) -> list[Fault]:
    """All of them or none."""
    if not isinstance(described, list):
        described = [described]
    try:
        return [from_json(_with_integers(one)) for one in cast("Sequence[Any]", described)]
    except RecursionError:
        raise ControlError(400, "fault", "No such fault", "A fault is an object of a few levels.") from None
    except UnicodeEncodeError:
        raise ControlError(400, "fault", "No such fault", "A text in it has an unpaired surrogate.") from None
    except ValueError as error:
        raise ControlError(400, "fault", "No such fault", str(error)) from None


def _with_integers(value: Any) -> Any:
    """The same JSON with `2.0` as 2, which are one number for JSON Schema, and the same text in some languages."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_with_integers(item) for item in cast("Sequence[Any]", value)]
    if isinstance(value, dict):
        return {name: _with_integers(item) for name, item in cast("dict[str, Any]", value).items()}
    return value
