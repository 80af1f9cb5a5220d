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

# A record is a hash: s(tate), c(overed), h (digest), d(ue, in milliseconds), t(oken). Redis drops a claim a while
# after it is due; until then `due` decides, so that whoever holds it may still end it. Tokens of 62 bits stay text: a
# number in Lua has 53.
_CLAIM = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[5]
local state, covered, digest, due, token = unpack(redis.call('HMGET', KEYS[1], 's', 'c', 'h', 'd', 't'))
if state and token ~= ARGV[4] then
    local gives_way = ARGV[1] == '1' and covered == '0' and (digest ~= ARGV[2] or state == 'dropped')
    if not gives_way and tonumber(due) > now then
        if state == 'running' then return -1 end
        return 0
    end
end
due = string.format('%.0f', now + ARGV[3])
redis.call('HSET', KEYS[1], 's', 'running', 'c', ARGV[1], 'h', ARGV[2], 'd', due, 't', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[3] + ARGV[6])
return 1
"""
_SETTLE = """
if redis.call('HGET', KEYS[1], 't') ~= ARGV[1] then return 0 end
if ARGV[2] == 'waiting' then
    redis.call('DEL', KEYS[1])
    return 1
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4]
redis.call('HSET', KEYS[1], 's', ARGV[2], 't', '', 'd', string.format('%.0f', now + ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
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
        ahead, lapses, stays = map(_milliseconds, (self._ahead, lease, FORGET_LAPSED))
        rows = [(each.id, int(each.covered), each.digest, lapses, token, ahead, stays) for each in entries]
        return [token if answer == 1 else answer for answer in self._run(_CLAIM, rows)]

    def settle(self, endings: Sequence[Ending]) -> list[bool]:
        """`Claims.settle`."""
        ahead = _milliseconds(self._ahead)
        rows = [(e.id, e.token, e.state.value, max(_milliseconds(e.seconds), 1), ahead) for e in endings]
        return [answer == 1 for answer in self._run(_SETTLE, rows)]

    def forget(self, limit: int) -> int:  # noqa: ARG002
        """Redis does it by itself."""
        return 0

    def transaction(self) -> AbstractContextManager[object]:
        """None: each key is by itself."""
        return nullcontext()

    def close(self) -> None:
        """`Claims.close`."""
        self._client.close()

    def _run(self, script: str, rows: Sequence[tuple[Any, ...]]) -> list[int]:
        digest = sha1(script.encode(), usedforsecurity=False).hexdigest()
        try:
            answers = self._run_known(digest, rows)
            if any(isinstance(answer, NoScriptError) for answer in answers):
                self._client.script_load(script)  # the server has been started anew; none of them has run
                answers = self._run_known(digest, rows)
        except redis.RedisError as error:
            raise InboxUnavailable(f"Redis refuses: {error}") from error
        for answer in answers:
            if isinstance(answer, redis.RedisError):
                raise InboxUnavailable(f"Redis refuses: {answer}") from answer
        return cast("list[int]", answers)

    def _run_known(self, digest: str, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        with self._client.pipeline(transaction=False) as pipeline:
            for name, *values in rows:
                pipeline.evalsha(digest, 1, self._prefix + name, *values)
            return cast("list[Any]", pipeline.execute(raise_on_error=False))

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
