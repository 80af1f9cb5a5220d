"""Real servers in processes of their own, started for a test and stopped after it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.adapters.served import LEDGER

_ROOT = Path(__file__).parent.parent.parent
_SECONDS = 30  # a server takes about one to start; a machine under load takes longer

SERVERS: dict[str, list[str]] = {
    "uvicorn-httptools": ["uvicorn", "--http=httptools", "--loop=uvloop", "--lifespan=on", "--log-level=warning"],
    "uvicorn-h11": ["uvicorn", "--http=h11", "--loop=asyncio", "--log-level=warning"],
    "granian-asgi": ["granian", "--interface=asgi", "--workers=1", "--no-ws", "--log-level=warning"],
    "granian-wsgi": ["granian", "--interface=wsgi", "--workers=1", "--no-ws", "--log-level=warning"],
    "wsgiref": ["tests.adapters.wsgiref_server"],
}
"""Name → module to run, with its options; what it serves goes by the end of the name."""


@contextmanager
def serving(name: str, ledger: Path) -> Iterator[int]:
    """The port on which the server listens while the block runs. Handlers write into `ledger`."""
    module, *options = SERVERS[name]
    app = "tests.adapters.served:" + ("wsgi" if "wsgi" in name else "asgi")
    for _ in range(3):  # somebody else may take the port before the server does
        port = _free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", module, app, "--host=127.0.0.1", f"--port={port}", *options],
            cwd=_ROOT,
            env={**os.environ, LEDGER: str(ledger), "PYTHONPATH": str(_ROOT)},
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # the workers of a server are stopped with it
        )
        try:
            if _answers(port, process):
                yield port
                return
        finally:
            _stop(process)
    raise AssertionError(f"{name} does not start")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + _SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return process.poll() is None
        except OSError:
            time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
