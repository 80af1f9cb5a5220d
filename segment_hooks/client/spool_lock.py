"""A lock on a file that ends with the process that holds it, however that dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, wait: bool) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int, *, wait: bool) -> None:
        # of the open file, not of the process: a fork shares it, and it ends with the last who has the file open
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


class FileLock:
    """An exclusive lock on the file at `path`, which is made if it does not exist."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, *, wait: bool) -> bool:
        """Whether the lock is had. Without `wait`, False at once where another process has it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _lock(descriptor, wait=wait)
        except OSError:
            os.close(descriptor)
            if wait:
                raise
            return False
        self._descriptor = descriptor
        return True

    def release(self, *, delete: bool = False) -> None:
        """Let go of the lock; `delete` the file, which nobody else may be about to lock."""
        if delete:
            with suppress(OSError):  # Windows deletes no open file
                self._path.unlink()
        self.forget()

    def forget(self) -> None:
        """Close the file: in the child of a fork, the lock stays the parent's."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def held(self) -> Generator[None]:
        """With the lock, for which this waits."""
        self.acquire(wait=True)
        try:
            yield
        finally:
            self.release()
