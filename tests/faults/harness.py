"""Runs the example service under uvicorn with several processes, and kills whatever there is to kill, at random.

python -m tests.faults                       # every store, 20,000 events each, and writes RESULTS.md
python -m tests.faults sqlite --events 500 --seed 7
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tests.faults.processes import Killable, free_port, wait_for_port
from tests.faults.segment import Segment, Sent
from tests.faults.stores import SETTINGS, Setting

SECRET = "s3cr3t-shared"
WORKERS = 2


class Found(msgspec.Struct):
    """What became of every event."""

    setting: str
    guarantee: str
    at_most_once: bool
    events: int
    seconds: float
    sent: Sent
    harm: Counter[str]
    """What was done, and how often."""
    missing: list[str]
    """Orders that were never written down."""
    twice: list[str]
    """Orders that were written down more than once."""
    depth: int = 0
    """Events left in the inbox."""

    @property
    def holds(self) -> bool:
        """Whether what is guaranteed is so."""
        return not self.missing and not self.depth and not (self.at_most_once and self.twice)


async def run(name: str, *, events: int, seed: int, harms: int, limit: float) -> Found:
    """One run. `harms`: how often something is killed or cut. `limit`: seconds after which it is given up."""
    rand = random.Random(seed)
    with TemporaryDirectory(prefix="segment-faults-") as directory:
        setting = SETTINGS[name](Path(directory))
        service = _Service(setting, Path(directory))
        start = time.monotonic()
        end = start + limit
        try:
            await asyncio.to_thread(wait_for_port, service.port)
            segment = Segment(f"http://127.0.0.1:{service.port}/", SECRET, events, rand)
            killing = asyncio.ensure_future(_kill(service, setting, segment, rand, harms))
            await segment.deliver(16, lambda: time.monotonic() > end)
            await asyncio.wait({killing}, timeout=max(end - time.monotonic(), 0))
            killing.cancel()
            depth = await asyncio.to_thread(_drained, setting, end)
            seconds = time.monotonic() - start
            await asyncio.to_thread(service.stop)
            effects = setting.effects()
            expected = [f"o-{number}" for number in range(events)]
            assert effects.keys() <= set(expected)
            return Found(
                setting=(type(setting).__doc__ or name),
                guarantee=setting.guarantee,
                at_most_once=setting.at_most_once,
                events=events,
                seconds=seconds,
                sent=segment.sent,
                harm=service.harm,
                missing=[order for order in expected if not effects[order]],
                twice=[order for order in expected if effects[order] > 1],
                depth=depth,
            )
        finally:
            service.kill()
            setting.close()


class _Service:
    """The web server and the workers."""

    def __init__(self, setting: Setting, directory: Path) -> None:
        self.port = free_port()
        self.harm: Counter[str] = Counter()
        environment = {**setting.environment, "SEGMENT_SHARED_SECRET": SECRET}
        web = ["uvicorn", "--factory", "tests.faults.shop:create_app", "--host=127.0.0.1", f"--port={self.port}"]
        self.web = Killable(
            [*web, f"--workers={WORKERS}", "--log-level=warning"], environment, directory / "web.log", directory
        )
        work = ["segment_hooks", "inbox", "work", "tests.faults.shop:router", "--timeout=1s", "--grace=1s"]
        self.workers = [
            Killable([*work, "--first=0.2s"], environment, directory / f"worker-{number}.log", directory)
            for number in range(WORKERS if setting.has_workers else 0)
        ]

    def stop(self) -> None:
        """In good order."""
        for each in (self.web, *self.workers):
            each.stop()

    def kill(self) -> None:
        """All that is left."""
        for each in (self.web, *self.workers):
            each.kill()


async def _kill(service: _Service, setting: Setting, segment: Segment, rand: random.Random, harms: int) -> None:
    """Do harm, each kind in its turn, spread over the time that it takes to deliver everything."""
    kinds = ["web process", "web server", "store", *(["worker"] if service.workers else [])]
    rand.shuffle(kinds)
    events = segment.left
    for number in range(harms):
        when = events * (1 - (number + rand.random()) / harms)
        while segment.left > when:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        match kinds[number % len(kinds)]:
            case "web process":
                service.web.kill_one_child(rand)
                service.harm["web process killed"] += 1
            case "web server":
                await asyncio.to_thread(service.web.kill_and_start)
                service.harm["whole web server killed"] += 1
            case "worker":
                await asyncio.to_thread(rand.choice(service.workers).kill_and_start)
                service.harm["worker killed"] += 1
            case _:
                service.harm[await asyncio.to_thread(setting.harm)] += 1


def _drained(setting: Setting, end: float) -> int:
    """Wait for the workers to do all that is stored; what is left when the time is over."""
    store = setting.store()
    if store is None:
        return 0
    try:
        while (depth := store.stats().depth) and time.monotonic() < end:
            time.sleep(0.05)
        return depth
    finally:
        store.close()
