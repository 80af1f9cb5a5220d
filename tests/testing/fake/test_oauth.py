"""The token endpoint: what it gives tokens for, what it refuses and in which words, and that it answers any bytes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import ConfigurationError, Headers
from segment_testing.fake.oauth import ASSERTION_TYPE, OAuthSettings, TokenEndpoint, generate_key
from segment_testing.fake.wire import FakeRequest, Reply

KEYS = generate_key()
OTHER_KEYS = generate_key()
NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
FORM = b"application/x-www-form-urlencoded"
HOST = "127.0.0.1:8765"
SERVER = f"http://{HOST}"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def endpoint(clock: Clock) -> TokenEndpoint:
    return TokenEndpoint(OAuthSettings(client_id="app", keys={"key-1": KEYS.public_pem}, lifetime=3600), clock)


def claims(**changes: Any) -> dict[str, Any]:
    """As the SDKs make them; `None` leaves a claim out."""
    now = NOW.timestamp()
    made = {"iss": "app", "sub": "app", "aud": SERVER, "iat": int(now) - 5, "exp": int(now) + 55, "jti": "j-1"}
    return {name: value for name, value in {**made, **changes}.items() if value is not None}


def assertion(
    payload: Mapping[str, Any] | None = None,
    *,
    key: str = KEYS.private_pem,
    kid: str | None = "key-1",
    algorithm: str = "RS256",
    **headers: Any,
) -> str:
    if kid is not None:
        headers["kid"] = kid
    return jwt.encode(dict(payload or claims()), key, algorithm, headers)


def form(made: str | None = None, **changes: Any) -> bytes:
    fields = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion() if made is None else made,
        "scope": "tracking_api:write",
        **changes,
    }
    return urlencode({name: value for name, value in fields.items() if value is not None}).encode()


def request(body: bytes, content_type: bytes = FORM, host: str = HOST) -> FakeRequest:
    return FakeRequest("POST", "/token", Headers({"Content-Type": content_type, "Host": host}), body)


def refused(reply: Reply) -> tuple[int, str, str]:
    body = json.loads(reply.body)
    assert set(body) == {"error", "error_description"}
    return reply.status, body["error"], body["error_description"]


def test_a_token_is_given_for_what_the_sdks_send(endpoint: TokenEndpoint) -> None:
    # the colons are not percent-encoded by either SDK
    body = (
        "grant_type=client_credentials&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        f"&client_assertion={assertion()}&scope=tracking_api:write"
    )
    reply = endpoint.handle(request(body.encode()))
    given_out = json.loads(reply.body)
    token = given_out.pop("access_token")
    assert reply.status == 200
    assert given_out == {"expires_in": 3600, "token_type": "Bearer", "scope": "tracking_api:write"}
    assert endpoint.accepts(token)
    assert endpoint.refusal(token) is None


def test_the_answer_carries_the_time_of_the_server(endpoint: TokenEndpoint, clock: Clock) -> None:
    clock.now = NOW + timedelta(hours=1)
    for body in (form(), b""):
        (date,) = [value for name, value in endpoint.handle(request(body)).headers if name == b"date"]
        assert parsedate_to_datetime(date.decode()) == clock.now


def test_a_lifetime_in_fractions_is_told_as_it_is(clock: Clock) -> None:
    endpoint = TokenEndpoint(OAuthSettings(lifetime=1.5), clock)
    assert json.loads(endpoint.handle(request(form())).body)["expires_in"] == 1.5


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": None},
        {"iss": SERVER},
        {"iss": SERVER + "/"},
        {"aud": SERVER + "/"},
        {"aud": f"https://{HOST}"},
        {"aud": ["https://elsewhere.example", SERVER]},
        {"iat": NOW.timestamp() - 4.877, "exp": NOW.timestamp() + 55.123},
        {"iat": int(NOW.timestamp())},
        {"nbf": 0, "department": {"of": ["other", "claims"]}},
    ],
    ids=str,
)
def test_these_claims_are_taken_too(endpoint: TokenEndpoint, changes: dict[str, Any]) -> None:
    assert endpoint.handle(request(form(assertion(claims(**changes))))).status == 200


NOW_S = int(NOW.timestamp())
PARTIES = (401, "invalid_client")
INVALID = (400, "invalid_request")


@pytest.mark.parametrize(
    ("changes", "expected", "words"),
    [
        ({"sub": "another"}, PARTIES, "sub must be the id of the app"),
        ({"iss": "another"}, PARTIES, "iss must be the id of the app or the URL of this server"),
        ({"aud": "https://oauth2.segment.io"}, PARTIES, f"aud must be http://{HOST} or https://{HOST}"),
        ({"aud": SERVER + "//"}, PARTIES, "aud must be"),
        ({"aud": []}, PARTIES, "aud must be"),
        ({"exp": NOW_S, "iat": NOW_S - 60}, INVALID, "Token is expired"),
        ({"exp": NOW_S - 3545, "iat": NOW_S - 3605}, INVALID, "Token is expired"),
        ({"exp": NOW_S + 61, "iat": NOW_S + 1}, INVALID, "Token used before issued"),
        ({"exp": NOW_S + 56, "iat": NOW_S - 5}, INVALID, "exp must be at most 60 seconds after iat"),
        ({"sub": None}, INVALID, "`sub`"),
        ({"aud": None}, INVALID, "`aud`"),
        ({"iat": None}, INVALID, "`iat`"),
        ({"exp": None}, INVALID, "`exp`"),
        ({"jti": None}, INVALID, "`jti`"),
        ({"jti": ""}, INVALID, "jti must not be empty"),
    ],
    ids=str,
)
def test_claims_that_are_refused(
    endpoint: TokenEndpoint, changes: dict[str, Any], expected: tuple[int, str], words: str
) -> None:
    status, error, description = refused(endpoint.handle(request(form(assertion(claims(**changes))))))
    assert (status, error) == expected
    assert words in description


@pytest.mark.parametrize(
    "changes", [{"exp": "soon"}, {"iat": True}, {"iat": 10**400}, {"sub": 1}, {"aud": {}}], ids=str
)
def test_a_claim_of_another_type_is_named(endpoint: TokenEndpoint, changes: dict[str, Any]) -> None:
    # PyJWT itself would not encode some of them
    made = jwt.PyJWS().encode(json.dumps(claims(**changes)).encode(), KEYS.private_pem, "RS256", {"kid": "key-1"})
    status, error, description = refused(endpoint.handle(request(form(made))))
    assert (status, error) == INVALID
    assert f"$.{next(iter(changes))}" in description


@pytest.mark.parametrize(
    ("made", "status", "words"),
    [
        (assertion(kid=None), 400, "`kid`"),
        (assertion(kid="key-2"), 401, "No public key has the kid"),
        (assertion(key=OTHER_KEYS.private_pem), 401, "signature of client_assertion is wrong"),
        (assertion(key="a secret that is long enough for it", algorithm="HS256"), 400, "RS256"),
        (assertion(key=KEYS.private_pem, algorithm="RS512"), 400, "RS256"),
        (assertion(key="", algorithm="none"), 400, "RS256"),
        ("no.j.wt", 400, "not the JWT asked for"),
        ("nothing", 400, "not the JWT asked for"),
        ("\N{SNOWMAN}", 400, "not the JWT asked for"),
    ],
)
def test_assertions_that_are_refused(endpoint: TokenEndpoint, made: str, status: int, words: str) -> None:
    answered, _, description = refused(endpoint.handle(request(form(made))))
    assert answered == status
    assert words in description


def test_an_assertion_is_good_once(endpoint: TokenEndpoint, clock: Clock) -> None:
    assert endpoint.handle(request(form())).status == 200
    assert refused(endpoint.handle(request(form()))) == (401, "invalid_client", "jti has been used before")
    assert endpoint.handle(request(form(assertion(claims(jti="j-2"))))).status == 200
    # an id is kept no longer than an assertion with it could come again
    clock.now = NOW + timedelta(minutes=5)
    later = claims(iat=NOW_S + 295, exp=NOW_S + 355)
    assert endpoint.handle(request(form(assertion(later)))).status == 200


def test_a_refused_assertion_can_be_used_when_the_form_is_mended(endpoint: TokenEndpoint) -> None:
    assert endpoint.handle(request(form(scope="everything"))).status == 400
    assert endpoint.handle(request(form())).status == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": None}, "invalid_request"),
        ({"client_assertion_type": "jwt"}, "invalid_request"),
        ({"client_assertion": None}, "invalid_request"),
        ({"client_assertion": ""}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": " "}, "invalid_scope"),
        ({"scope": "tracking_api:write everything"}, "invalid_scope"),
    ],
    ids=str,
)
def test_forms_that_are_refused(endpoint: TokenEndpoint, changes: dict[str, Any], error: str) -> None:
    status, given_error, description = refused(endpoint.handle(request(form(**changes))))
    assert (status, given_error) == (400, error)
    assert next(iter(changes)) in description


def test_a_field_must_not_stand_twice(endpoint: TokenEndpoint) -> None:
    reply = endpoint.handle(request(form() + b"&scope=tracking_api:write"))
    assert refused(reply) == (400, "invalid_request", "A field stands twice in the form")


@pytest.mark.parametrize("content_type", [b"", b"application/json", b"text/plain", b"multipart/form-data"])
def test_only_a_form_is_read(endpoint: TokenEndpoint, content_type: bytes) -> None:
    assert refused(endpoint.handle(request(form(), content_type)))[:2] == (415, "invalid_request")


def test_the_type_of_the_form_may_name_its_charset(endpoint: TokenEndpoint) -> None:
    assert endpoint.handle(request(form(), b"Application/X-WWW-Form-Urlencoded; charset=UTF-8")).status == 200


def test_without_keys_any_signature_is_taken_and_all_else_is_checked(clock: Clock) -> None:
    endpoint = TokenEndpoint(OAuthSettings(), clock)
    anyone = claims(sub="anyone", iss="anyone")
    assert endpoint.handle(request(form(assertion(anyone, key=OTHER_KEYS.private_pem, kid="any")))).status == 200
    assert refused(endpoint.handle(request(form(assertion(claims(aud="elsewhere"))))))[0] == 401
    made = jwt.encode(claims(), "a secret that is long enough for it", "HS256", {"kid": "any"})
    assert refused(endpoint.handle(request(form(made))))[0] == 400


def test_the_urls_of_the_server_can_be_set(clock: Clock) -> None:
    settings = OAuthSettings(issuers=("https://oauth2.segment.io/", "https://OAuth2.eu1.segmentapis.com"))
    endpoint = TokenEndpoint(settings, clock)
    eu = claims(aud="https://oauth2.eu1.segmentapis.com", jti="j-eu")
    assert endpoint.handle(request(form(assertion(claims(aud="https://oauth2.segment.io"))))).status == 200
    assert endpoint.handle(request(form(assertion(eu)))).status == 200
    assert refused(endpoint.handle(request(form())))[0] == 401


def test_leeway_forgives_a_wrong_clock(clock: Clock) -> None:
    endpoint = TokenEndpoint(OAuthSettings(leeway=10), clock)
    behind, ahead = claims(iat=NOW_S - 69, exp=NOW_S - 9), claims(iat=NOW_S + 10, exp=NOW_S + 70, jti="j-2")
    assert endpoint.handle(request(form(assertion(behind)))).status == 200
    assert endpoint.handle(request(form(assertion(ahead)))).status == 200
    assert endpoint.handle(request(form(assertion(behind)))).status == 401  # still remembered


def token_of(endpoint: TokenEndpoint, **changes: Any) -> str:
    token: str = json.loads(endpoint.handle(request(form(**changes))).body)["access_token"]
    return token


def test_a_token_expires(endpoint: TokenEndpoint, clock: Clock) -> None:
    token = token_of(endpoint)
    clock.now = NOW + timedelta(seconds=3599)
    assert endpoint.accepts(token)
    clock.now = NOW + timedelta(seconds=3600)
    assert not endpoint.accepts(token)
    assert endpoint.refusal(token) == "the token expired at 2026-11-24 13:00:00 UTC"


def test_a_token_can_be_taken_back(endpoint: TokenEndpoint) -> None:
    token = token_of(endpoint)
    endpoint.revoke_all()
    assert "revoked" in (endpoint.refusal(token) or "")


def test_a_token_nobody_gave_out_is_refused(endpoint: TokenEndpoint) -> None:
    assert not endpoint.accepts("")
    assert not endpoint.accepts(token_of(endpoint) + "x")


def test_a_token_for_something_else_does_not_send_calls(endpoint: TokenEndpoint) -> None:
    token = token_of(endpoint, scope="public_api:read_write")
    assert "public_api:read_write" in (endpoint.refusal(token) or "")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"lifetime": 0}, "lifetime"),
        ({"lifetime": float("nan")}, "lifetime"),
        ({"lifetime": 10**9}, "thirty days"),
        ({"leeway": -1}, "leeway"),
        ({"scopes": ()}, "scopes is empty"),
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        OAuthSettings(**wrong)


def test_a_key_of_the_wrong_kind_is_named_and_not_shown() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = curve.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    for wrong, words in ((KEYS.private_pem, "private key"), ("PEM", "no public key in PEM"), (pem, "no RSA key")):
        with pytest.raises(ConfigurationError, match=f"keys\\['k'\\] is (a )?{words}") as raised:
            TokenEndpoint(OAuthSettings(keys={"k": wrong}))
        assert wrong.splitlines()[-1] not in str(raised.value) or wrong == "PEM"


def test_no_secret_shows(endpoint: TokenEndpoint) -> None:
    token = token_of(endpoint)
    assert token not in repr(endpoint)
    assert "BEGIN" not in repr(KEYS)


def test_the_real_clock_is_the_default() -> None:
    now = int(datetime.now(UTC).timestamp())
    endpoint = TokenEndpoint(OAuthSettings())
    assert endpoint.handle(request(form(assertion(claims(iat=now - 5, exp=now + 55))))).status == 200


WHOLE_FORM = form()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def joined(*parts: bytes) -> str:
    return ".".join(map(b64, parts))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
odd_objects = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "crit", "b64", "iss", "sub", "aud", "iat", "exp", "jti"]),
    json_values | st.sampled_from(["RS256", "none", "app", "key-1", NOW_S, SERVER, ["\ud800"]]),
)
odd_assertions = st.one_of(
    st.text(),
    st.builds(
        joined,
        st.binary(max_size=40) | odd_objects.map(lambda head: json.dumps(head).encode()),
        st.binary(max_size=40) | odd_objects.map(lambda payload: json.dumps(payload).encode()),
        st.binary(max_size=300),
    ),
)


@given(st.binary() | odd_assertions.map(lambda made: form(made.encode("utf-8", "replace").decode())))
def test_any_bytes_get_a_documented_answer(body: bytes) -> None:
    endpoint = TokenEndpoint(OAuthSettings(keys={"key-1": KEYS.public_pem}), lambda: NOW)
    status, error, description = refused(endpoint.handle(request(body)))
    assert status in (400, 401)
    assert error in ("invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type")
    assert description


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_any_headers_get_a_documented_answer(content_type: bytes, host: bytes) -> None:
    endpoint = TokenEndpoint(OAuthSettings(), lambda: NOW)
    headers = Headers({b"content-type": content_type, b"host": host})
    reply = endpoint.handle(FakeRequest("POST", "/token", headers, WHOLE_FORM))
    assert reply.status in (401, 415)


def test_depth_is_no_way_in() -> None:
    endpoint = TokenEndpoint(OAuthSettings(), lambda: NOW)
    deep = b"[" * 100_000 + b"]" * 100_000
    head = b'{"alg":"RS256","kid":"key-1"}'
    for parts in ((b'{"alg":"RS256","kid":"key-1","x":%b}' % deep, b"{}"), (head, b'{"sub":%b}' % deep), (head, deep)):
        assert refused(endpoint.handle(request(form(joined(*parts, b"x")))))[0] == 400
