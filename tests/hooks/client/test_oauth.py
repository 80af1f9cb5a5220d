"""OAuth: against the fake's token endpoint, and answers of other kinds from a script."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from segment_hooks.client import (
    AsyncSegmentClient,
    HttpAnswer,
    OAuth,
    ReceiptState,
    SegmentClient,
    SegmentErrorType,
    TransportError,
)
from segment_hooks.errors import ConfigurationError
from segment_testing.fake import FakeSettings, OAuthSettings, TrackingAPI, generate_key, serve
from tests.hooks.client.doubles import OK, Clock, Scripted, refusal

KEY = generate_key()
SETTINGS = OAuthSettings(client_id="app", keys={"kid": KEY.public_pem})
T = SegmentErrorType


def token(name: str = "at-1", expires_in: Any = 3_600, **headers: str) -> HttpAnswer:
    return HttpAnswer(200, headers, msgspec.json.encode({"access_token": name, "expires_in": expires_in}))


def client_on(transport: Scripted, clock: Clock | None = None, **options: Any) -> SegmentClient:
    clock = clock or Clock()
    oauth = OAuth("app", KEY.private_pem, "kid", **options.pop("oauth", {}))
    options = {"now": clock.now, "max_retries": 0, **options}
    client = SegmentClient("wk", transport=transport, oauth=oauth, **options)
    tokens: Any = client._core.endpoint._tokens
    tokens._clock = clock
    return client


def send(client: SegmentClient) -> Any:
    receipt = client.event.track(user_id="u", event="E")
    client.flush(20)
    return receipt


def asked(transport: Scripted) -> list[str]:
    """What was asked for in each request: a token, or that calls be taken with one."""
    return [
        "token" if each.url.endswith("/token") else each.headers["authorization"].removeprefix("Bearer ")
        for each in transport.requests
    ]


def test_events_go_with_a_token_of_the_fake() -> None:
    api = TrackingAPI(FakeSettings(oauth=SETTINGS))
    with serve(api) as fake:
        oauth = OAuth("app", KEY.private_pem.encode(), "kid", auth_server=fake.url + "/")
        with SegmentClient("wk", host=fake.url, oauth=oauth, proxy=False) as client:
            assert send(client).state is ReceiptState.DELIVERED
            assert api.tokens is not None
            api.tokens.revoke_all()  # answered with 401 from now on, which fetches another
            assert send(client).state is ReceiptState.DELIVERED
            assert client.stats.requests == 2
    assert [call.reception.write_key for call in api.ledger.calls] == ["wk", "wk"]


async def test_the_same_on_an_event_loop() -> None:
    api = TrackingAPI(FakeSettings(oauth=SETTINGS))
    with serve(api) as fake:
        oauth = OAuth("app", KEY.private_pem, "kid", auth_server=fake.url)
        async with AsyncSegmentClient("wk", host=fake.url, oauth=oauth, proxy=False) as client:
            client.event.track(user_id="u", event="E")
            assert await client.flush(20)
    assert len(api.ledger.calls) == 1


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_wrong_clock_is_put_right_by_the_server(hours: int) -> None:
    api = TrackingAPI(FakeSettings(oauth=SETTINGS))
    wrong: Callable[[], datetime] = lambda: datetime.now(UTC) + timedelta(hours=hours)  # noqa: E731
    with serve(api) as fake:
        oauth = OAuth("app", KEY.private_pem, "kid", auth_server=fake.url)
        with SegmentClient("wk", host=fake.url, oauth=oauth, proxy=False, now=wrong, max_retries=0) as client:
            assert send(client).state is ReceiptState.DELIVERED


def test_what_is_sent_to_the_token_endpoint() -> None:
    transport = Scripted(token())
    with client_on(transport) as client:
        send(client)
    request, batch = transport.requests
    assert request.url == "https://oauth2.segment.io/token"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert b"client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&" in request.body
    form = {name: value for name, (value,) in parse_qs(request.body.decode()).items()}
    assertion = form.pop("client_assertion")
    assert form == {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "scope": "tracking_api:write",
    }
    assert jwt.get_unverified_header(assertion) == {"alg": "RS256", "kid": "kid", "typ": "JWT"}
    claims = jwt.decode(
        assertion,
        KEY.public_pem,
        ["RS256"],
        audience="https://oauth2.segment.io",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert (claims["iss"], claims["sub"]) == ("app", "app")
    now = int(Clock().now().timestamp())
    assert (claims["iat"], claims["exp"]) == (now - 5, now + 55)
    assert claims["jti"]
    assert batch.headers["authorization"] == "Bearer at-1"
    assert msgspec.json.decode(batch.body)["writeKey"] == "wk"


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"region": "eu"}, "https://oauth2.eu1.segmentapis.com/token"),
        ({"oauth": {"auth_server": "https://auth.example/x/"}}, "https://auth.example/x/token"),
    ],
)
def test_where_tokens_come_from(options: dict[str, Any], url: str) -> None:
    transport = Scripted(token())
    with client_on(transport, **options) as client:
        send(client)
    assert transport.requests[0].url == url


def test_a_token_is_kept_for_half_of_its_life() -> None:
    clock, transport = Clock(), Scripted(token("at-1", 100), OK, OK, token("at-2", 100))
    with client_on(transport, clock) as client:
        send(client)
        clock.seconds += 49
        send(client)
        clock.seconds += 2
        send(client)
    assert asked(transport) == ["token", "at-1", "at-1", "token", "at-2"]


def test_the_old_one_is_good_while_there_is_no_new_one() -> None:
    down = TransportError("timeout")
    clock, transport = Clock(), Scripted(token("at-1", 200), OK, down, OK, OK, down)
    with client_on(transport, clock) as client:
        send(client)
        clock.seconds += 101
        assert send(client).state is ReceiptState.DELIVERED
        clock.seconds += 30  # not asked for again at once
        assert send(client).state is ReceiptState.DELIVERED
        clock.seconds += 70
        assert send(client).error.code == "timeout"
    assert asked(transport) == ["token", "at-1", "token", "at-1", "at-1", "token"]


def test_a_401_fetches_another_token_once() -> None:
    transport = Scripted(token("at-1"), refusal(401), token("at-2"), OK)
    with client_on(transport) as client:
        assert send(client).state is ReceiptState.DELIVERED
    assert asked(transport) == ["token", "at-1", "token", "at-2"]
    assert transport.requests[-1].headers["x-retry-count"] == "1"
    transport = Scripted(token("at-1"), refusal(401), token("at-2"), refusal(401))
    with client_on(transport) as client:
        receipt = send(client)
        assert (receipt.state, receipt.error.type) == (ReceiptState.REJECTED, T.AUTHENTICATION)
    assert asked(transport) == ["token", "at-1", "token", "at-2"]
    transport = Scripted(token("at-1"), refusal(401), refusal(401, error="invalid_client"))
    with client_on(transport) as client:
        assert send(client).error.code == "invalid_client"


@pytest.mark.parametrize("status", [400, 403])
def test_other_refusals_drop_the_token_too(status: int) -> None:
    transport = Scripted(token("at-1"), refusal(status), token("at-2"), OK)
    with client_on(transport) as client:
        assert send(client).state is ReceiptState.REJECTED
        assert send(client).state is ReceiptState.DELIVERED
    assert asked(transport) == ["token", "at-1", "token", "at-2"]


@pytest.mark.parametrize(
    ("answer", "kind", "code", "retriable"),
    [
        (refusal(400, error="invalid_request", error_description="x"), T.AUTHENTICATION, "invalid_request", False),
        (refusal(401, error="invalid_client"), T.AUTHENTICATION, "invalid_client", False),
        (refusal(403), T.AUTHORIZATION, "status_403", False),
        (refusal(404), T.NOT_FOUND, "status_404", False),
        (refusal(415, error="invalid_request"), T.AUTHENTICATION, "invalid_request", False),
        (refusal(429, {"x-ratelimit-reset": "9"}), T.RATE_LIMIT, "status_429", True),
        (refusal(500), T.SERVER, "status_500", True),
        (TransportError("timeout"), T.NETWORK, "timeout", True),
        (HttpAnswer(200, {}, b"no JSON"), T.SERVER, "no_access_token", True),
        (HttpAnswer(200, {}, b'{"access_token": 7}'), T.SERVER, "no_access_token", True),
        (HttpAnswer(200, {}, b'{"access_token": "a\\nb: c"}'), T.SERVER, "no_access_token", True),
        (HttpAnswer(200, {}, b"[]"), T.SERVER, "no_access_token", True),
    ],
)
def test_no_token(answer: Any, kind: SegmentErrorType, code: str, retriable: bool) -> None:
    transport = Scripted(answer)
    with client_on(transport, max_retry_seconds=0) as client:
        client.event.track(user_id="u", event="first")
        receipt = send(client)
    error = receipt.error
    assert (error.type, error.code, error.is_retriable()) == (kind, code, retriable)
    assert len(error.message_ids) == 2  # none of them is to blame, so the batch is not divided
    assert asked(transport) == ["token"]


def test_what_the_token_endpoint_asks_to_wait_is_waited_for() -> None:
    transport = Scripted(refusal(429, {"x-ratelimit-reset": "0.05"}), token())
    with client_on(transport) as client:
        assert send(client).state is ReceiptState.DELIVERED
    assert asked(transport) == ["token", "token", "at-1"]


def test_an_assertion_out_of_time_is_made_again_with_the_servers_clock() -> None:
    clock = Clock()
    server = clock.now() + timedelta(hours=1)
    late = refusal(400, {"date": format_datetime(server, usegmt=True)}, error="invalid_request")
    late = msgspec.structs.replace(
        late, body=b'{"error":"invalid_request","error_description":"Token used before issued"}'
    )
    transport = Scripted(late, token())
    with client_on(transport, clock) as client:
        assert send(client).state is ReceiptState.DELIVERED
    again = parse_qs(transport.requests[1].body.decode())["client_assertion"][0]
    assert jwt.decode(again, options={"verify_signature": False})["iat"] == int(server.timestamp()) - 5
    transport = Scripted(late, late, OK)
    with client_on(transport, clock) as client:
        assert send(client).error.code == "invalid_request"
    assert asked(transport) == ["token", "token"]


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 99 Mar 2026 05:06:00 GMT"])
def test_a_date_that_is_none(date: str) -> None:
    transport = Scripted(token(date=date))
    with client_on(transport) as client:
        assert send(client).state is ReceiptState.DELIVERED


def test_a_token_of_unknown_life_is_kept_for_a_minute() -> None:
    clock, transport = Clock(), Scripted(token("at-1", None), OK, OK, token("at-2", None))
    with client_on(transport, clock) as client:
        send(client)
        clock.seconds += 59
        send(client)
        clock.seconds += 2
        send(client)
    assert asked(transport) == ["token", "at-1", "at-1", "token", "at-2"]


EC = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "options",
    [
        {"client_id": ""},
        {"key_id": None},
        {"scope": ""},
        {"private_key": "no key"},
        {"private_key": KEY.public_pem},
        {"private_key": EC},
        {"auth_server": "oauth2.segment.io"},
    ],
    ids=lambda options: next(iter(options)),
)
def test_what_cannot_work(options: dict[str, Any]) -> None:
    given = {"client_id": "app", "private_key": KEY.private_pem, "key_id": "kid", **options}
    with pytest.raises(ConfigurationError):
        OAuth(**given)


def test_no_key_shows() -> None:
    oauth = OAuth("app", KEY.private_pem, "kid")
    assert repr(oauth) == "OAuth('app', key_id='kid')"
    with pytest.raises(ConfigurationError) as caught:
        OAuth("app", KEY.private_pem.replace("A", "B"), "kid")
    assert "BEGIN" not in str(caught.value)
    assert oauth.sign("https://x.example", time.time()).count(".") == 2
