"""Many events through a bad server: `python -m benchmarks.soak_client [--events 200000] [--threads 8] [--spool]`.

Ends well when every accepted event has arrived, once by its `messageId`, in the order of its thread, and every receipt
says so. Some requests are answered with errors, some cut off, before or after the server has taken the events, so many
come more than once over the wire.
"""

from __future__ import annotations

import argparse
import collections
import random
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from tempfile import TemporaryDirectory

from segment_hooks.client import ReceiptState, SegmentClient
from segment_testing.fake import FakeRequest, Reply, TrackingAPI, serve
from segment_testing.fake.actions import Action, Half, Reset, Slow, Status

BAD = 0.35
"""Of the requests."""
TROUBLES: tuple[Action, ...] = (
    Status(500), Status(503, 1), Status(429, 1), Status(408), Status(460),
    Reset(), Reset(recorded=True), Half(), Half(recorded=True), Slow(0.6),
)  # fmt: skip


class Weather:
    """A fault that is different each time."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.seen: collections.Counter[str] = collections.Counter()

    def __call__(self, request: FakeRequest, answer: Callable[[], Reply]) -> Reply:
        if self._random.random() >= BAD:
            self.seen["well"] += 1
            return answer()
        trouble = self._random.choice(TROUBLES)
        self.seen[repr(trouble)] += 1
        return trouble(request, answer)


def soak(events: int, threads: int, *, spool: bool = False, seed: int = 0) -> str:
    """Raises `RuntimeError` where anything is missing, doubled or out of order; returns what happened."""
    weather = Weather(seed)
    api = TrackingAPI()
    api.faults.add(weather)
    start = time.monotonic()
    with ExitStack() as ends:
        fake = ends.enter_context(serve(api))
        client = ends.enter_context(
            SegmentClient(
                "wk",
                host=fake.url,
                proxy=False,
                timeout=0.5,
                max_queue=20_000,
                overflow="block",
                max_retries=None,
                spool=ends.enter_context(TemporaryDirectory()) if spool else None,
            )
        )
        receipts: list[list[ReceiptState]] = [[] for _ in range(threads)]

        def work(name: int) -> None:
            made = [
                client.event.track(user_id=name, event=str(number), properties={"number": number})
                for number in range(events // threads)
            ]
            receipts[name] = [receipt.wait(600) for receipt in made]

        workers = [threading.Thread(target=work, args=(name,)) for name in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if not client.flush(600):
            raise RuntimeError("not everything was delivered")
        stats = client.stats
    _check(api, stats.delivered, events // threads, receipts)
    twice = len(api.ledger.duplicates)
    return (
        f"{stats.delivered} events in {time.monotonic() - start:.0f} s: none missing, none twice, all in order\n"
        f"{stats.requests} requests, {stats.retries} of them again; {twice} events came more than once over the wire\n"
        + "\n".join(f"{count:6} {name}" for name, count in weather.seen.most_common())
    )


def _check(api: TrackingAPI, delivered: int, each: int, receipts: list[list[ReceiptState]]) -> None:
    calls = api.ledger.calls
    identities = {call.message_id for call in calls}
    if len(calls) != len(identities):
        raise RuntimeError(f"{len(calls) - len(identities)} events are there twice")
    if len(calls) != each * len(receipts) or delivered != len(calls):
        raise RuntimeError(f"{len(calls)} events have arrived, {delivered} were said to")
    for name, states in enumerate(receipts):
        if states != [ReceiptState.DELIVERED] * each:
            raise RuntimeError("a receipt says something else")
        if [call.name for call in calls if call.user_id == str(name)] != list(map(str, range(each))):
            raise RuntimeError("out of order")


def main() -> None:
    """Soak, and print what happened."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak_client", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--spool", action="store_true", help="keep events on disk")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(soak(options.events, options.threads, spool=options.spool, seed=options.seed))


if __name__ == "__main__":
    main()
