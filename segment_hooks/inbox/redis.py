"""Dedupe in Redis: `Dedupe(RedisClaims("redis://…"))`, for any number of processes and hosts.

Claims only: Redis confirms what it has not yet written to disk, so it holds no events here. What it loses in a crash
(with `appendonly yes`, the last second; without, all since the last snapshot) or throws out for want of memory may be
handled twice. Let it throw nothing out: `maxmemory-policy noeviction`. All times are the server's.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from hashlib import sha1
from typing import Any, cast

from segment_hooks.errors import ConfigurationError
from segment_hooks.inbox.errors import InboxUnavailable
from segment_hooks.inbox.protocol import FORGET_LAPSED, Ending, Entry

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.exceptions import NoScriptError
    from redis.retry import Retry
except ImportError as error:
    raise ImportError(
        'segment_hooks.inbox.redis needs redis: pip install "segment-hooks[redis]"', name="redis"
    ) from error

TIMEOUT = 2.0
"""Seconds for a connection, and for each answer."""

AT_ONCE = 200
"""Events in one script: while it runs, Redis serves nobody else. It takes some microseconds for each."""

# A record is a hash: s(tate), c(overed), h (digest), d(ue, in milliseconds), t(oken). Redis drops a claim a while after
# it is due; until then `due` decides, so that whoever holds it may still end it. Tokens of 62 bits stay text: a number
# in Lua has 53.
_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local answers = {}
"""
_CLAIM = f"""{_NOW}
local mine, lease, stays = ARGV[2], ARGV[3], ARGV[4]
local due_then = string.format('%.0f', now + lease)
for i, key in ipairs(KEYS) do
    local covered, digest = ARGV[3 + 2 * i], ARGV[4 + 2 * i]
    local state, was, of, due, token = unpack(redis.call('HMGET', key, 's', 'c', 'h', 'd', 't'))
    local gives_way = covered == '1' and was == '0' and (of ~= digest or state == 'dropped')
    if state and token ~= mine and not gives_way and tonumber(due) > now then
        answers[i] = state == 'running' and -1 or 0
    else
        redis.call('HSET', key, 's', 'running', 'c', covered, 'h', digest, 'd', due_then, 't', mine)
        redis.call('PEXPIRE', key, lease + stays)
        answers[i] = 1
    end
end
return answers
"""
_SETTLE = f"""{_NOW}
for i, key in ipairs(KEYS) do
    local token, state, stays = ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1]
    if redis.call('HGET', key, 't') ~= token then
        answers[i] = 0
    else
        if state == 'waiting' then
            redis.call('DEL', key)
        else
            redis.call('HSET', key, 's', state, 't', '', 'd', string.format('%.0f', now + stays))
            redis.call('PEXPIRE', key, stays)
        end
        answers[i] = 1
    end
end
return answers
"""


class RedisClaims:
    """What has been handled, and who is at the rest, in Redis 5 or newer, or a server that speaks its protocol.

    `client`: an address, or a `redis.Redis` of your own, with time-outs. `prefix`: of every key. `timeout`: seconds,
    for a client that is made from an address.
    """

    immediate = False
    durable = True
    exclusive = False

    def __init__(self, client: str | redis.Redis, *, prefix: str = "segment:", timeout: float = TIMEOUT) -> None:
        if not timeout > 0:
            raise ConfigurationError("the timeout is a number of seconds above zero")
        self._client: Any = _connect(client, timeout) if isinstance(client, str) else client
        self._prefix = prefix
        self._ahead = 0.0  # seconds that tests put the server's clock forward

    def claim(self, entries: Sequence[Entry], lease: float) -> list[int]:
        """`Claims.claim`."""
        token = int.from_bytes(os.urandom(8)) >> 2 | 1
        shared = (token, _milliseconds(lease), _milliseconds(FORGET_LAPSED))
        rows = [(entry.id, int(entry.covered), entry.digest) for entry in entries]
        return [token if answer == 1 else answer for answer in self._run(_CLAIM, shared, rows)]

    def settle(self, endings: Sequence[Ending]) -> list[bool]:
        """`Claims.settle`."""
        rows = [(e.id, e.token, e.state.value, max(_milliseconds(e.seconds), 1)) for e in endings]
        return [answer == 1 for answer in self._run(_SETTLE, (), rows)]

    def forget(self, limit: int) -> int:  # noqa: ARG002
        """Redis does it by itself."""
        return 0

    def transaction(self) -> AbstractContextManager[object]:
        """None: each key is by itself."""
        return nullcontext()

    def close(self) -> None:
        """`Claims.close`."""
        self._client.close()

    def _run(self, script: str, shared: tuple[Any, ...], rows: Sequence[tuple[Any, ...]]) -> list[int]:
        answers: list[int] = []
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            keys = [self._prefix + name for name, *_ in some]
            values = [value for _, *values in some for value in values]
            answers += self._call(script, len(keys), *keys, _milliseconds(self._ahead), *shared, *values)
        return answers

    def _call(self, script: str, *arguments: Any) -> list[int]:
        digest = sha1(script.encode(), usedforsecurity=False).hexdigest()
        try:
            try:
                return cast("list[int]", self._client.evalsha(digest, *arguments))
            except NoScriptError:  # the server has been started anew
                return cast("list[int]", self._client.eval(script, *arguments))
        except redis.RedisError as error:
            raise InboxUnavailable(f"Redis refuses: {error}") from error

    def __repr__(self) -> str:
        return f"RedisClaims(prefix={self._prefix!r})"  # an address may hold a password


def _connect(address: str, timeout: float) -> Any:
    client: Any = redis.Redis  # its options have no types
    try:
        # one more try, for a connection that the server has closed; then whoever waits would rather be told
        retry = Retry(NoBackoff(), 1)
        return client.from_url(address, socket_timeout=timeout, socket_connect_timeout=timeout, retry=retry)
    except ValueError:
        raise ConfigurationError("the address of Redis begins with redis://, rediss:// or unix://") from None


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)
