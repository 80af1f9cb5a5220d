"""The applications that the real servers serve. Handlers write what they see to the file that the tests name."""

from __future__ import annotations

import os
from pathlib import Path

from segment_hooks.asgi import SegmentASGIApp
from segment_hooks.wsgi import SegmentWSGIApp
from tests.adapters.receivers import Subject, make_subject

LEDGER = "SEGMENT_TESTS_LEDGER"


class _Ledger(list[bytes]):
    def append(self, raw: bytes) -> None:
        with Path(os.environ[LEDGER]).open("ab") as file:
            file.write(raw.hex().encode() + b"\n")


def _subject(*, coroutines: bool) -> Subject:
    subject = make_subject(coroutines=coroutines)
    subject.seen = _Ledger()
    return subject


def ledger(path: Path) -> list[bytes]:
    """The raw bytes of every event that the handlers have been given."""
    return [bytes.fromhex(line) for line in path.read_text().splitlines()] if path.exists() else []


asgi = SegmentASGIApp(_subject(coroutines=True).receiver)
wsgi = SegmentWSGIApp(_subject(coroutines=False).receiver)
