"""The fake Segment: events over HTTP, memory, the way to the first call, and an expectation over many calls."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import workload
from benchmarks.harness import Table, compare, measure, rotations
from benchmarks.servers import HOST, Server, ask, load, running
from benchmarks.workload import EVENT
from segment_hooks import Headers
from segment_testing.fake import FakeRequest, TrackingAPI
from segment_testing.fake_segment import FakeSegment

OURS = "segment_testing"
REACH_HTTP, REACH_START, BATCH, MANY = 0.5, 0.5, 100, 100_000
ROUNDS = 20
CONNECTIONS = 8
SECONDS = 0.4  # for one turn of one contender

_APPS = {
    "floor: raw ASGI, msgspec": "sink",
    "raw ASGI, json": "json_sink",
    "raw ASGI, empty": "empty_sink",
    OURS: "ours",
}


def run(rounds: int) -> list[Table]:
    """All tables. Memory is looked at once: it does not depend on what else the machine does."""
    memory = [_memory(make) for make in (workload.small, workload.recorded)]
    return [*_over_http(rounds), *memory, _start(rounds), _expectation(rounds)]


# ---- over HTTP


def _over_http(rounds: int) -> list[Table]:
    requests = [_as_http(_batch(workload.small, first)) for first in range(64)]
    cores = sorted(os.sched_getaffinity(0))
    server_core, own_core = (cores[0], cores[-1]) if len(cores) > 1 else (None, None)
    try:
        if own_core is not None:
            os.sched_setaffinity(0, {own_core})
        with running("uvicorn", [f"benchmarks.sinks:{app}" for app in _APPS.values()], server_core) as servers:
            by_name = dict(zip(_APPS, servers.values(), strict=True))
            return _http_tables(by_name, requests, rounds)
    finally:
        os.sched_setaffinity(0, cores)


def _http_tables(servers: dict[str, Server], requests: list[bytes], rounds: int) -> list[Table]:
    lengths = {name: len(ask(server.port, requests[0])) for name, server in servers.items()}
    _check(servers[OURS])
    counts: dict[str, int] = {}
    for name, server in servers.items():  # the first turn warms up and says how many make a turn
        seconds = load(server.port, requests, count=200, connections=CONNECTIONS, expected=lengths[name])
        counts[name] = max(100, round(200 * SECONDS / seconds))
    wall: dict[str, list[float]] = {name: [] for name in servers}
    cpu: dict[str, list[float]] = {name: [] for name in servers}
    for order in rotations(list(servers), rounds):
        for name in order:
            server, count = servers[name], counts[name]
            before = server.cpu()
            seconds = load(server.port, requests, count=count, connections=CONNECTIONS, expected=lengths[name])
            wall[name].append(seconds / count / BATCH)
            cpu[name].append((server.cpu() - before) / count / BATCH)
    title = f"the fake over HTTP, uvicorn, batches of {BATCH}"
    floor, reach = next(iter(servers)), {OURS: REACH_HTTP}
    return [
        compare(f"{title}: time per event", wall, floor=floor, reach=reach),
        compare(f"{title}: CPU of the server per event", cpu, floor=floor, reach=reach),
    ]


def _batch(make: Callable[[int], dict[str, Any]], first: int) -> bytes:
    events = [make(first * BATCH + number) for number in range(BATCH)]
    body = {"batch": events, "sentAt": "2024-02-23T22:28:56.000Z", "writeKey": "benchmark"}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _as_http(body: bytes) -> bytes:
    headers = f"host: {HOST}\r\ncontent-type: application/json\r\nuser-agent: analytics-python/2.4"
    return f"POST /v1/batch HTTP/1.1\r\n{headers}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def _check(server: Server) -> None:
    """See to it that every event was recorded as a call."""
    health = ask(server.port, f"GET /_fake/health HTTP/1.1\r\nhost: {HOST}\r\n\r\n".encode())
    counts = json.loads(health.partition(b"\r\n\r\n")[2])
    if (counts["calls"], counts["rejected"], counts["duplicates"]) != (BATCH, 0, 0):
        raise RuntimeError(f"the fake did not take every event: {counts}")


# ---- memory


def _memory(make: Callable[[int], dict[str, Any]]) -> Table:
    bodies = [_batch(make, first) for first in range(MANY // BATCH)]
    texts = "floor: the JSON texts in a list"
    sizes = {texts: _size_of(lambda: [text for body in bodies for text in _texts(body)])}
    sizes[OURS] = _size_of(lambda: _recorded(bodies))
    sizes["decoded, in a list"] = _size_of(lambda: [event for body in bodies for event in json.loads(body)["batch"]])
    average = sum(map(len, bodies)) // MANY
    return compare(
        f"memory of {MANY:,} events of {average} B",
        {name: [size] * 2 for name, size in sizes.items()},
        floor=texts,
        unit="MB",
        scale=1e-6,
        at_most=True,
        note="Ratio: memory over the memory of the texts, so less is better.",
    )


def _texts(body: bytes) -> list[bytes]:
    events = json.loads(body)["batch"]
    return [json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode() for event in events]


def _size_of(make: Callable[[], Any]) -> float:
    gc.collect()
    tracemalloc.start()
    kept = make()
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return float(size)


def _recorded(bodies: list[bytes]) -> TrackingAPI:
    api = TrackingAPI()
    headers = Headers({"content-type": "application/json"})
    for body in bodies:
        api.handle(FakeRequest("POST", "/v1/batch", headers, body))
    if len(api.ledger) != MANY:
        raise RuntimeError(f"the fake took {len(api.ledger)} of {MANY} events")
    return api


# ---- from the first import to the first accepted call

_CLIENT = """
import time; start = time.perf_counter()
import http.client
{}
def send(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/v1/track", b'{{"userId":"u","event":"E","writeKey":"k"}}')
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b'{{"success":true}}')
    print(time.perf_counter() - start)
{}
"""
_OURS_IMPORT = "from segment_testing.fake import TrackingAPI, serve"
_OURS_START = "with serve(TrackingAPI()) as fake: send(fake.port)"
_FLOOR_IMPORT = """
import json, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200); self.send_header("content-length", "16"); self.end_headers()
        self.wfile.write(b'{"success":true}')
    def log_message(self, *_): pass
"""
_FLOOR_START = """
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
send(server.server_address[1]); server.shutdown()
"""
_LIMIT = f"figure to reach: {REACH_START} s"
_PROGRAMS = {
    OURS: _CLIENT.format(_OURS_IMPORT, _OURS_START),
    "http.server in a thread": _CLIENT.format(_FLOOR_IMPORT, _FLOOR_START),
}


def _start(rounds: int) -> Table:
    times: dict[str, list[float]] = {_LIMIT: [REACH_START] * rounds} | {name: [] for name in _PROGRAMS}
    for name in _PROGRAMS:
        _seconds_of(name)  # so that every file is compiled, and in the cache of the disk
    for order in rotations(list(_PROGRAMS), rounds):
        for name in order:
            times[name].append(_seconds_of(name))
    note = "In a process of its own, imports included. Ratio: time over the figure to reach, so less is better."
    title = "from the first import to the first accepted call"
    return compare(
        title, times, floor=_LIMIT, reach={OURS: 1.0}, unit="ms", scale=1e3, at_most=True, note=note
    )  # fmt: skip


def _seconds_of(name: str) -> float:
    process = subprocess.run(
        [sys.executable, "-c", _PROGRAMS[name]],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return float(process.stdout)


# ---- an expectation over many calls


def _expectation(rounds: int) -> Table:
    segment = FakeSegment(api=_recorded([_batch(workload.small, first) for first in range(MANY // BATCH)]))
    wanted = segment.calls[-1].user_id

    def by_hand() -> int:
        return sum(call.type == "track" and call.name == EVENT and call.user_id == wanted for call in segment.calls)

    def expect() -> None:
        segment.expect.track(EVENT, user_id=wanted).times(expected)

    def expect_properties() -> None:
        segment.expect.track(EVENT, user_id=wanted, properties={"currency": "USD"}).times(expected)

    expected = by_hand()
    floor = "floor: one loop over type, name and user"
    contenders = {floor: by_hand, f"{OURS}: type, name, user": expect, f"{OURS}: properties too": expect_properties}
    if not expected:
        raise RuntimeError("the loop by hand finds nothing")
    times = measure({name: _repeat(work) for name, work in contenders.items()}, rounds=rounds, slice_seconds=0.02)
    title = f"an expectation over {MANY:,} calls"
    return compare(title, times, floor=floor, unit="ms", scale=1e3, note="A guide: below 50 ms.")


def _repeat(work: Callable[[], object]) -> Callable[[int], None]:
    def repeated(count: int) -> None:
        for _ in range(count):
            work()

    return repeated
