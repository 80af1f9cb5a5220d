"""Deliveries over real HTTP: the two adapters against the same work inlined, against frameworks, and against nothing.

The server has one core and the load another. All servers of a table run all the time and are asked in turns. There are
two tables of each: time per request, and CPU of the server per request, which other work on the machine changes less.
"""

from __future__ import annotations

import os

from benchmarks import workload
from benchmarks.harness import Table, compare, rotations
from benchmarks.servers import HOST, Server, ask, load, running
from benchmarks.workload import Delivery

REACH = 0.93
ROUNDS = 20
CONNECTIONS = 32
SECONDS = 0.4  # for one turn of one contender

_ASGI = {
    "floor: raw ASGI, by hand": "by_hand",
    "raw ASGI, empty": "empty",
    "raw ASGI, by hand, with a time limit": "by_hand_with_deadline",
    "segment_hooks": "ours",
    "Starlette route, by hand": "starlette",
    "FastAPI with pydantic": "fastapi",
}
_WSGI = {
    "floor: raw WSGI, by hand": "wsgi_by_hand",
    "raw WSGI, empty": "wsgi_empty",
    "segment_hooks": "wsgi_ours",
    "Flask, by hand": "flask",
}
_KINDS = {"uvicorn": _ASGI, "granian": _ASGI, "granian (WSGI)": _WSGI}


def run(rounds: int) -> list[Table]:
    """Two tables for each kind of server."""
    requests = [as_http(delivery) for delivery in workload.singles(workload.small)]
    size = len(workload.singles(workload.small)[0].body)
    cores = sorted(os.sched_getaffinity(0))
    server_core, own_core = (cores[0], cores[-1]) if len(cores) > 1 else (None, None)
    tables = []
    try:
        if own_core is not None:
            os.sched_setaffinity(0, {own_core})
        for kind, apps in _KINDS.items():
            with running(kind, list(apps.values()), server_core) as servers:
                by_name = {name: servers[app] for name, app in apps.items()}
                tables += _tables(f"{kind}, one event of {size} B", by_name, requests, rounds)
    finally:
        os.sched_setaffinity(0, cores)
    return tables


def as_http(delivery: Delivery) -> bytes:
    """The delivery as it goes over the wire."""
    head = "".join(f"{name}: {value}\r\n" for name, value in delivery.headers.items())
    return f"POST /hook HTTP/1.1\r\n{head}\r\n".replace("hooks.example.com", HOST).encode() + delivery.body


def _tables(title: str, servers: dict[str, Server], requests: list[bytes], rounds: int) -> list[Table]:
    floor = next(iter(servers))
    lengths = {name: _check(name, server, requests) for name, server in servers.items()}
    counts: dict[str, int] = {}
    for name, server in servers.items():  # the first turn warms up and says how many make a turn
        seconds = load(server.port, requests, count=1000, connections=CONNECTIONS, expected=lengths[name])
        counts[name] = max(200, round(1000 * SECONDS / seconds))
    wall: dict[str, list[float]] = {name: [] for name in servers}
    cpu: dict[str, list[float]] = {name: [] for name in servers}
    for order in rotations(list(servers), rounds):
        for name in order:
            server, count = servers[name], counts[name]
            before = server.cpu()
            seconds = load(server.port, requests, count=count, connections=CONNECTIONS, expected=lengths[name])
            wall[name].append(seconds / count)
            cpu[name].append((server.cpu() - before) / count)
    reach = {"segment_hooks": REACH}
    return [
        compare(f"{title}: time per request", wall, floor=floor, reach=reach),
        compare(f"{title}: CPU of the server per request", cpu, floor=floor, reach=reach),
    ]


def _check(name: str, server: Server, requests: list[bytes]) -> int:
    """See to it that the server does the work; gives the length of its responses."""
    good = ask(server.port, requests[0])
    if not good.startswith(b"HTTP/1.1 200") or not good.rstrip().endswith(b'{"handled":1}'):
        raise RuntimeError(f"{name} answers {good!r}")
    changed = ask(server.port, requests[0].replace(b'"track"', b'"trick"'))
    if not changed.startswith(b"HTTP/1.1 401") and "empty" not in name:
        raise RuntimeError(f"{name} took a body that nobody signed: {changed[:80]!r}")
    return len(good)
