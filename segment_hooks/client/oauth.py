"""OAuth 2.0 for the Tracking API: a JWT signed with the app's private key, against a token that is good for a while.

A token is fetched when the first batch needs it, kept, and replaced when half of its life is over; as long as the old
one is good, a failure to get a new one does no harm. The signed claims are those of Segment's own SDKs: issuer and
subject are the app's id, good for one minute, in the clock of the server as its `Date` header tells it.

Needs PyJWT and cryptography: `pip install "segment-hooks[oauth]"`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias, cast
from urllib.parse import quote

import msgspec

from segment_hooks.client.errors import SegmentErrorType
from segment_hooks.client.exchange import Answer, base_url, unreachable
from segment_hooks.client.retrying import Failure, judge
from segment_hooks.client.transport import HttpRequest, TransportError
from segment_hooks.errors import ConfigurationError

try:
    import jwt
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
except ImportError as error:
    raise ImportError('OAuth needs PyJWT and cryptography: pip install "segment-hooks[oauth]"', name="oauth") from error

AUTH_SERVERS = {"us": "https://oauth2.segment.io", "eu": "https://oauth2.eu1.segmentapis.com"}
"""Where each region gives out tokens."""

_GRANT = (
    "grant_type=client_credentials"
    "&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # SDKs leave the colons too
    "&client_assertion={}&scope={}"
)
_EARLY, _LATE = 5, 55  # seconds around now between which an assertion is good; a minute is the most
_WITHOUT_LIFETIME = 120.0  # seconds; where a token does not say how long it is good, SDKs replace it after one minute
_CLOCK_TROUBLE = {"Token is expired", "Token used before issued"}

Wanted: TypeAlias = Generator[HttpRequest, Answer, str | Failure]


class OAuth:
    """How an OAuth app of a Segment workspace signs in.

    `client_id`: the id of the app. `private_key`: in PEM (PKCS#8), of which the workspace has the public part.
    `key_id`: the id that the workspace shows for that. `auth_server`: instead of the region's own. `scope`: what the
    token is for. Raises `ConfigurationError` where the key cannot be read.
    """

    def __init__(
        self,
        client_id: str,
        private_key: str | bytes,
        key_id: str,
        *,
        auth_server: str | None = None,
        scope: str = "tracking_api:write",
    ) -> None:
        for name, value in (("client_id", client_id), ("key_id", key_id), ("scope", scope)):
            if not isinstance(value, str) or not value:
                raise ConfigurationError(f"{name} must be text, and not empty")
        self.client_id = client_id
        self.key_id = key_id
        self.auth_server = None if auth_server is None else base_url(auth_server)
        self.scope = scope
        self._key = _load(private_key)

    def sign(self, auth_server: str, now: float) -> str:
        """A JWT that says who is asking. `now`: seconds since 1970, in the clock of the server."""
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": auth_server,
            "iat": int(now) - _EARLY,
            "exp": int(now) + _LATE,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self.key_id})

    def __repr__(self) -> str:
        return f"OAuth({self.client_id!r}, key_id={self.key_id!r})"


def _load(private_key: str | bytes) -> RSAPrivateKey:
    pem = private_key.encode() if isinstance(private_key, str) else private_key
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        # without the cause, which might show a part of the key
        raise ConfigurationError(
            f"private_key cannot be read as an unencrypted private key in PEM ({type(error).__name__})"
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigurationError("private_key is not an RSA key, which RS256 needs")
    return key


class Tokens:
    """The token of one client.

    `clock`: seconds that only go up, for the age of the token. `now`: the time with a zone, for what is signed.
    """

    def __init__(
        self,
        oauth: OAuth,
        auth_server: str,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._oauth = oauth
        self._auth_server = oauth.auth_server or auth_server
        self._clock = clock
        self._now = now
        self._skew = 0.0  # how far the clock of the server is ahead
        self._token: str | None = None
        self._renew_at = 0.0
        self._ends_at = 0.0

    def drop(self, token: str | None) -> None:
        """That token is not good any more."""
        if token == self._token:
            self._token = None

    def get(self) -> Wanted:
        """A generator that yields the requests that have to be made, if any, and returns the token, or why there is
        none."""
        now = self._clock()
        if self._token is not None and now < self._renew_at:
            return self._token
        failure = yield from self._fetch()
        if failure is None:
            return cast("str", self._token)
        if self._token is not None and now < self._ends_at:
            self._renew_at = min(self._ends_at, now + 60)  # it is not urgent yet
            return self._token
        return failure

    def _fetch(self) -> Generator[HttpRequest, Answer, Failure | None]:
        failure: Failure | None = None
        for _ in range(2):
            answer = yield self._request()
            if isinstance(answer, TransportError):
                return unreachable(answer)
            self._learn_time(answer.headers.get("date", ""))
            failure = judge(answer.status, answer.headers, answer.body, self._now)
            if failure is None:
                return self._keep(answer.body)
            if failure.detail not in _CLOCK_TROUBLE:
                break  # or else the clock is right now
        return self._judged(failure)

    def _request(self) -> HttpRequest:
        assertion = self._oauth.sign(self._auth_server, self._now().timestamp() + self._skew)
        body = _GRANT.format(assertion, quote(self._oauth.scope, safe=":")).encode()
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        return HttpRequest(f"{self._auth_server}/token", headers, body)

    def _learn_time(self, date: str) -> None:
        try:
            self._skew = parsedate_to_datetime(date).timestamp() - self._now().timestamp()
        except (TypeError, ValueError, IndexError, OverflowError):
            return
        if abs(self._skew) < 2:  # the header has whole seconds only
            self._skew = 0.0

    def _keep(self, body: bytes) -> Failure | None:
        try:
            answer: Any = msgspec.json.decode(body)
            token, lifetime = answer["access_token"], answer.get("expires_in")
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
            token = lifetime = None
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            return Failure(type=SegmentErrorType.SERVER, code="no_access_token", status_code=200, retriable=True)
        seconds = float(lifetime) if isinstance(lifetime, int | float) and lifetime > 0 else _WITHOUT_LIFETIME
        now = self._clock()
        self._token, self._renew_at, self._ends_at = token, now + seconds / 2, now + seconds
        return None

    @staticmethod
    def _judged(failure: Failure | None) -> Failure | None:
        """A refusal of the token endpoint as one for the batch: no event is to blame for it."""
        if failure is None or failure.retriable:
            return failure
        kind = failure.type if failure.status_code in {403, 404} else SegmentErrorType.AUTHENTICATION
        return msgspec.structs.replace(failure, type=kind, divisible=False)
