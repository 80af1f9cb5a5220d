"""The processes of a service, each of which can be killed and is started again."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 30


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Killable:
    """A program in a session of its own, with its children."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str], log: Path, directory: Path) -> None:
        self._arguments = arguments
        self._environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
        self._log = log
        self._directory = directory
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *self._arguments],
                cwd=self._directory,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """kill -9 for all of it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(SECONDS)

    def kill_and_start(self) -> None:
        """kill -9 for all of it, and once more from the beginning."""
        self.kill()
        self.process = self._start()

    def kill_one_child(self, rand: random.Random) -> None:
        """kill -9 for one of the processes that it has started, if there is one."""
        children = [pid for pid in _children(self.process.pid) if b"spawn_main" in _command(pid)]
        if children:
            os.kill(rand.choice(children), signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        self.process.terminate()
        try:
            self.process.wait(SECONDS)
        finally:
            self.kill()


def wait_for_port(port: int) -> None:
    """Until somebody listens there."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
