"""Calls as plain values that are the same in every run, for `assert ... == [...]` or any snapshot library.

What changes from run to run is replaced: ids that an SDK makes up by numbered words, so that it still shows which are
the same (`<messageId:1>`), times by `<time>`, the version of the SDK by `<version>`. What only the server adds, and
what is null or empty, is left out, as it differs from SDK to SDK without meaning anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from segment_testing.matching import is_array, is_object, member_path
from segment_testing.serverside import dumps

_FIRST = ("type", "event", "name", "category", "userId", "anonymousId", "groupId", "previousId")
"""The order in which a call begins; the rest is in alphabetical order."""
_LEFT_OUT = frozenset({"receivedAt", "sentAt", "originalTimestamp", "projectId", "version", "writeKey", "_metadata"})
_NUMBERED = {"messageId": "messageId", "anonymousId": "anonymousId"}
_TIME = re.compile(r"\d{4}-\d\d?-\d\d?[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def snapshot_of(
    payloads: Iterable[Mapping[str, Any]], *, keep: Collection[str] = (), in_order: bool = True
) -> list[dict[str, Any]]:
    """The calls, given as a destination gets them, as plain values that are the same in every run.

    `keep`: paths that stay as they are, such as `timestamp` or `properties.delivered_at`; with what is in them.
    `in_order`: whether the calls stay in the order in which they came, or are sorted by what they say, for calls that
    come from several threads.
    """
    payloads = list(payloads)
    if not in_order:
        # sorted by what does not change: every placeholder is the first of its kind
        payloads.sort(key=lambda payload: dumps(_Placeholders(keep).call(payload)))
    placeholders = _Placeholders(keep)
    return [placeholders.call(payload) for payload in payloads]


class _Placeholders:
    """The words that stand for what changes; the same word for the same value."""

    def __init__(self, keep: Collection[str]) -> None:
        if isinstance(keep, str):
            raise TypeError(f"keep is a collection of paths: write [{keep!r}]")
        self._keep = frozenset(keep)
        self._words: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def call(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """One call."""
        for name, kind in _NUMBERED.items():
            value = payload.get(name)
            # an id that the test has chosen says something
            if isinstance(value, str) and name not in self._keep and (name == "messageId" or _UUID.search(value)):
                self._word(kind, value)
        names = [name for name in _FIRST if name in payload]
        names += sorted(name for name in payload if name not in _FIRST)
        plain: dict[str, Any] = {}
        for name in names:
            value = payload[name]
            if name in self._keep:
                plain[name] = value
            elif name not in _LEFT_OUT and value is not None and value != {}:
                plain[name] = self._plain(value, name)
        return plain

    def _plain(self, value: object, path: str) -> Any:
        if path in self._keep:
            return value
        if is_object(value):
            return {key: self._plain(value[key], member_path(path, key)) for key in sorted(value)}
        if is_array(value):
            return [self._plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        if value in self._words:
            return self._words[value]
        if path == "context.library.version":
            return "<version>"
        if _TIME.fullmatch(value):
            return "<time>"
        return self._word("uuid", value) if _UUID.fullmatch(value) else value

    def _word(self, kind: str, value: str) -> str:
        if value not in self._words:
            number = self._counts[kind] = self._counts.get(kind, 0) + 1
            self._words[value] = f"<{kind}:{number}>"
        return self._words[value]
