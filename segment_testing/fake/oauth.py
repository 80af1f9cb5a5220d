"""The token endpoint: OAuth 2.0 client credentials with a signed JWT, as the Tracking API takes them (Segment's
document "OAuth 2.0"; RFC 6749, 4.4; RFC 7523, 2.2 and 3).

A client asks for a token once in a while and sends it as `Authorization: Bearer`, the write key still in the body:

    asked                                                           answered
    all well                                                        200  access_token, expires_in, token_type, scope
    no form                                                         415  invalid_request
    a field missing or standing twice                               400  invalid_request
    another grant than client_credentials                           400  unsupported_grant_type
    no scope, or one that the app has not                           400  invalid_scope
    no JWT, not RS256, without kid, a claim missing,
        valid for more than 60 seconds                              400  invalid_request
    signed too late, or too early, for the clock of the server      400  invalid_request "Token is expired",
                                                                         "Token used before issued"
    an unknown kid, another signature, app, issuer or audience,
        a jti that has been used                                    401  invalid_client

The two descriptions are what makes the SDKs correct their clock by the `Date` header and ask again at once; all else
that is answered with 400, 401 or 415 they take as final. Segment's document has the issuer be the URL of the
authorization server, its SDKs send the id of the app: both are taken. SDKs that have corrected their clock send times
in fractions.
"""

from __future__ import annotations

import heapq
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

from segment_hooks import ConfigurationError
from segment_testing.fake.wire import FakeRequest, Reply

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

TRACKING_SCOPE = "tracking_api:write"
SCOPES = (TRACKING_SCOPE, "functions:write", "public_api:read_write")
GRANT_TYPE = "client_credentials"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHM = "RS256"

MAX_LIFETIME = 30 * 86_400
"""Seconds that a token is good for; in Segment's app one to thirty days can be chosen."""

MAX_VALIDITY = 60.0
"""Seconds between `iat` and `exp`."""
_ROUNDING = 0.001  # of fractional times, which differ by 60 only up to their last binary digit

_MAX_TOKENS = 10_000  # a client that asks for a token per call must not fill the memory
_FIELDS = ("grant_type", "client_assertion_type", "client_assertion", "scope")


class OAuthSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the token endpoint takes and gives.

    `client_id`: the id of the OAuth app, or None for any. `keys`: its public keys in PEM, by key id; without any, every
    key id and signature is taken, and all else is checked. `issuers`: the URLs under which clients know the endpoint,
    without a path; without any, the host that a request names. `lifetime`: seconds that a token is good for.
    `scopes`: what the app may ask for. `leeway`: seconds that a client's clock may be wrong.
    """

    client_id: str | None = None
    keys: Mapping[str, str] = {}
    issuers: tuple[str, ...] = ()
    lifetime: float = 86_400
    scopes: tuple[str, ...] = SCOPES
    leeway: float = 0

    def __post_init__(self) -> None:
        if not 0 < self.lifetime <= MAX_LIFETIME:
            raise ConfigurationError(f"lifetime is a number of seconds up to thirty days, not {self.lifetime!r}")
        if not 0 <= self.leeway < float("inf"):
            raise ConfigurationError(f"leeway is a number of seconds, zero or more, not {self.leeway!r}")
        if not self.scopes:
            raise ConfigurationError(
                f"scopes is empty, so no token could be asked for; Segment has {', '.join(SCOPES)}"
            )


class KeyPair(msgspec.Struct, frozen=True):
    """An RSA key in PEM: PKCS#8 for the SDK, SubjectPublicKeyInfo for `OAuthSettings.keys`."""

    private_pem: str
    public_pem: str

    def __repr__(self) -> str:
        return "KeyPair(…)"


class _Token(msgspec.Struct, frozen=True):
    expires: float
    scopes: tuple[str, ...]


class _Header(msgspec.Struct):
    alg: str
    kid: str


class _Claims(msgspec.Struct):
    sub: str
    aud: str | list[str]
    iat: float
    exp: float
    jti: str
    iss: str | None = None


class _RefusedError(Exception):
    """Why a token is refused, as the answer has it."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description


class TokenEndpoint:
    """Gives out tokens at `POST /token`, and knows them again. Safe to use from any thread.

    `clock`: the time, in UTC. Raises `ConfigurationError` where a key in the settings is no RSA public key in PEM.
    """

    def __init__(self, settings: OAuthSettings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.settings = settings
        self._clock = clock
        self._keys = {kid: _public_key(kid, pem) for kid, pem in settings.keys.items()}
        self._lock = threading.Lock()
        self._tokens: dict[str, _Token] = {}
        self._used: set[str] = set()
        self._used_until: list[tuple[float, str]] = []

    def handle(self, request: FakeRequest) -> Reply:
        """Answer one request, whatever its bytes."""
        now = self._clock()
        try:
            scopes = self._authorize(request, now.timestamp())
        except _RefusedError as refused:
            return _answer(refused.status, now, error=refused.error, error_description=refused.description)
        lifetime = self.settings.lifetime
        return _answer(
            200,
            now,
            access_token=self._issue(scopes, now.timestamp()),
            expires_in=int(lifetime) if lifetime == int(lifetime) else lifetime,
            token_type="Bearer",  # noqa: S106  # the kind of token
            scope=" ".join(scopes),
        )

    def accepts(self, token: str) -> bool:
        """Whether calls may be sent with this token now."""
        return self.refusal(token) is None

    def refusal(self, token: str) -> str | None:
        """Why calls may not be sent with this token now, for the author of the test; None where they may."""
        with self._lock:
            known = self._tokens.get(token)
        if known is None:
            return "the token was not given out by the fake's /token, or has been revoked"
        if known.expires <= self._clock().timestamp():
            return f"the token expired at {datetime.fromtimestamp(known.expires, UTC):%Y-%m-%d %H:%M:%S} UTC"
        if TRACKING_SCOPE not in known.scopes:
            return f"the token has the scope {' '.join(known.scopes)!r}; calls need {TRACKING_SCOPE!r}"
        return None

    def revoke_all(self) -> None:
        """Forget every token, as when the app's key is removed in Segment: the next call with one gets a 401."""
        with self._lock:
            self._tokens.clear()

    def _authorize(self, request: FakeRequest, now: float) -> tuple[str, ...]:
        """The scopes that are granted."""
        form = _form(request)
        if form["grant_type"] != GRANT_TYPE:
            raise _RefusedError(400, "unsupported_grant_type", f"grant_type must be {GRANT_TYPE}")
        if form["client_assertion_type"] != ASSERTION_TYPE:
            raise _RefusedError(400, "invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
        claims = self._verify(form["client_assertion"])
        self._check_parties(claims, self._servers(request))
        self._check_times(claims, now)
        scopes = tuple(form["scope"].split())
        if not scopes or not set(scopes) <= set(self.settings.scopes):
            raise _RefusedError(400, "invalid_scope", f"scope must be of {', '.join(self.settings.scopes)}")
        self._use(claims.jti, claims.exp, now)
        return scopes

    def _verify(self, assertion: str) -> _Claims:
        import jwt  # takes some 50 ms with its cryptography, and most tests need no token

        jws = jwt.PyJWS([ALGORITHM])
        try:
            read = jws.decode_complete(assertion.encode("utf-8", "replace"), options={"verify_signature": False})
            header = msgspec.convert(read["header"], _Header)
            claims = msgspec.json.decode(read["payload"], type=_Claims)
        except (jwt.PyJWTError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            why = str(error).encode("ascii", "backslashreplace").decode()  # it may quote an unpaired surrogate
            raise _RefusedError(400, "invalid_request", f"client_assertion is not the JWT asked for: {why}") from None
        if header.alg != ALGORITHM:
            raise _RefusedError(400, "invalid_request", f"client_assertion must be signed with {ALGORITHM}")
        if self._keys:
            key = self._keys.get(header.kid)
            if key is None:
                raise _RefusedError(401, "invalid_client", "No public key has the kid of client_assertion")
            try:
                jws.decode_complete(assertion, key, [ALGORITHM])
            except jwt.PyJWTError:
                raise _RefusedError(401, "invalid_client", "The signature of client_assertion is wrong") from None
        return claims

    def _servers(self, request: FakeRequest) -> set[str]:
        """The URLs of this server, without the slash at the end."""
        if self.settings.issuers:
            return {_without_slash(issuer) for issuer in self.settings.issuers}
        # whether TLS was spoken is not known here
        host = (request.headers.get(b"host") or b"").decode("latin-1").lower()
        return {f"{scheme}://{host}" for scheme in ("http", "https")}

    def _check_parties(self, claims: _Claims, servers: set[str]) -> None:
        client_id = self.settings.client_id
        if not claims.sub or (client_id is not None and claims.sub != client_id):
            raise _RefusedError(401, "invalid_client", "sub must be the id of the app")
        if claims.iss is not None and claims.iss != claims.sub and _without_slash(claims.iss) not in servers:
            raise _RefusedError(401, "invalid_client", "iss must be the id of the app or the URL of this server")
        audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        if not servers.intersection(map(_without_slash, audience)):
            raise _RefusedError(401, "invalid_client", f"aud must be {' or '.join(sorted(servers))}")

    def _check_times(self, claims: _Claims, now: float) -> None:
        if claims.exp - claims.iat > MAX_VALIDITY + _ROUNDING:
            raise _RefusedError(400, "invalid_request", "exp must be at most 60 seconds after iat")
        if claims.exp <= now - self.settings.leeway:
            raise _RefusedError(400, "invalid_request", "Token is expired")
        if claims.iat > now + self.settings.leeway:
            raise _RefusedError(400, "invalid_request", "Token used before issued")

    def _use(self, jti: str, expires: float, now: float) -> None:
        """Remember the id of an assertion for as long as it could be sent again."""
        if not jti:
            raise _RefusedError(400, "invalid_request", "jti must not be empty")
        with self._lock:
            while self._used_until and self._used_until[0][0] <= now - self.settings.leeway:
                self._used.discard(heapq.heappop(self._used_until)[1])
            if jti in self._used:
                raise _RefusedError(401, "invalid_client", "jti has been used before")
            self._used.add(jti)
            heapq.heappush(self._used_until, (expires, jti))

    def _issue(self, scopes: tuple[str, ...], now: float) -> str:
        token = secrets.token_urlsafe(32)
        with self._lock:
            if len(self._tokens) >= _MAX_TOKENS:
                del self._tokens[next(iter(self._tokens))]  # the oldest
            self._tokens[token] = _Token(now + self.settings.lifetime, scopes)
        return token

    def __repr__(self) -> str:
        return f"TokenEndpoint({self.settings!r}, {len(self._tokens)} tokens)"


def generate_key() -> KeyPair:
    """A new RSA key of 2,048 bits, for a test: the private half for the SDK, the public half for the fake."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private.decode(), public.decode())


def _public_key(kid: str, pem: str) -> RSAPublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    if "PRIVATE KEY" in pem:
        raise ConfigurationError(f"keys[{kid!r}] is a private key; give the fake its public half, and the SDK this one")
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(f"keys[{kid!r}] is no public key in PEM: {error}") from None
    if not isinstance(key, RSAPublicKey):
        raise ConfigurationError(f"keys[{kid!r}] is no RSA key, which {ALGORITHM} needs")
    return key


def _form(request: FakeRequest) -> dict[str, str]:
    content_type = (request.headers.get(b"content-type") or b"").partition(b";")[0].strip().lower()
    if content_type != b"application/x-www-form-urlencoded":
        raise _RefusedError(415, "invalid_request", "The body must be application/x-www-form-urlencoded")
    form: dict[str, str] = {}
    for name, value in parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True):
        if name in form:  # RFC 6749, 3.2
            raise _RefusedError(400, "invalid_request", "A field stands twice in the form")
        form[name] = value
    for name in _FIELDS:
        if not form.get(name):
            raise _RefusedError(400, "invalid_scope" if name == "scope" else "invalid_request", f"{name} is missing")
    return form


def _without_slash(url: str) -> str:
    return url.removesuffix("/").lower()


def _answer(status: int, now: datetime, **members: Any) -> Reply:
    headers = (
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),  # RFC 6749, 5.1
        (b"date", format_datetime(now.astimezone(UTC), usegmt=True).encode()),
    )
    return Reply(status, headers, msgspec.json.encode(members))
