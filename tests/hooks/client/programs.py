"""Programs that tests run in processes of their own: `python -m tests.hooks.client.programs NAME URL [DIRECTORY]`."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
import warnings

from segment_hooks.client import AsyncSegmentClient, ReceiptState, SegmentClient

FORK = multiprocessing.get_context("fork")


def client_for(url: str, **options: object) -> SegmentClient:
    return SegmentClient("wk", host=url, proxy=False, **options)  # type: ignore[arg-type]


def track(client: SegmentClient, name: str) -> None:
    client.event.track(user_id="u", event=name)


def reap(pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0


# ---- the end of a process


def exits(url: str) -> None:
    """Ends without having closed its client."""
    client = client_for(url, flush_interval=1_000)
    for number in range(3):
        track(client, str(number))


def exits_by_exception(url: str) -> None:
    """Likewise, in the ordinary way for a program to fail."""
    track(client_for(url), "0")
    raise SystemExit(3)


def exits_late(url: str) -> None:
    """The first event comes when the interpreter is ending and, from Python 3.12 on, starts no thread any more."""
    import atexit

    client = client_for(url)
    atexit.register(track, client, "0")  # before the client's own, as those registered last run first


def exits_async(url: str) -> None:
    """Leaves the event loop with events queued."""

    async def main() -> None:
        client = AsyncSegmentClient("wk", host=url, proxy=False)
        client.event.track(user_id="u", event="0")

    asyncio.run(main())


# ---- forks


def forks(url: str) -> None:
    """A fork with events queued and a thread at work, as a server does that has loaded the application first."""
    client = client_for(url, flush_interval=1_000)
    receipt = client.event.track(user_id="u", event="before")
    pid = os.fork()
    if pid == 0:
        assert receipt.state is ReceiptState.DEFERRED
        assert client.stats.accepted == 0
        track(client, "child")
        assert client.flush(20)
        os._exit(0)
    reap(pid)
    track(client, "parent")
    assert client.flush(20)
    assert receipt.state is ReceiptState.DELIVERED


def forks_after_sending(url: str) -> None:
    """Connections are open, and both go on."""
    client = client_for(url)
    track(client, "before")
    assert client.flush(20)
    pids: list[int] = []
    for number in range(3):
        pid = os.fork()
        if pid == 0:
            for event in range(3):
                track(client, f"child {number} {event}")
                assert client.flush(20)
            os._exit(0)
        pids.append(pid)
    for number in range(3):
        track(client, f"parent {number}")
        assert client.flush(20)
    for pid in pids:
        reap(pid)


def forks_at_work(url: str) -> None:
    """Threads make calls, and the client sends, all the while."""
    client = client_for(url, flush_at=5, max_queue=200, overflow="block")
    over = threading.Event()

    def work(name: int) -> None:
        number = 0
        while not over.is_set():
            track(client, f"{name} {number}")
            number += 1

    threads = [threading.Thread(target=work, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(10):
            pid = os.fork()
            if pid == 0:
                track(client, f"child {number}")
                assert client.flush(20)
                os._exit(0)
            reap(pid)
    finally:
        over.set()
    for thread in threads:
        thread.join()
    assert client.flush(20)
    stats = client.stats
    assert stats.accepted == stats.delivered
    print(stats.delivered + 10)


def forks_async(url: str) -> None:
    """A loop of its own in the child."""
    client = AsyncSegmentClient("wk", host=url, proxy=False)

    async def send(name: str) -> None:
        client.event.track(user_id="u", event=name)
        assert await client.flush(20)

    asyncio.run(send("before"))
    pid = os.fork()
    if pid == 0:
        asyncio.run(send("child"))
        os._exit(0)
    reap(pid)
    asyncio.run(send("parent"))


def child(client: SegmentClient, name: str) -> None:
    track(client, name)  # and no flush: the end of the child sees to it


def multiprocesses(url: str) -> None:
    """Children of multiprocessing, which run no atexit functions."""
    client = client_for(url, flush_interval=1_000)
    track(client, "parent")
    workers = [FORK.Process(target=child, args=(client, f"child {number}")) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0


# ---- spools


def spools(url: str, directory: str) -> None:
    """Makes calls until it is killed, and prints each that was accepted."""
    client = client_for(url, spool=directory, flush_at=5, flush_interval=0.01, max_queue=1_000_000)
    number = 0
    while True:
        receipt = client.event.track(user_id="u", event=str(number))
        os.write(1, f"{receipt.message_id}\n".encode())
        number += 1


def spools_and_forks(url: str, directory: str) -> None:
    """A spool that is open when the process forks: each process goes on with a file of its own."""
    client = client_for(url, spool=directory)
    track(client, "before")
    pids: list[int] = []
    for number in range(3):
        pid = os.fork()
        if pid == 0:
            track(client, f"child {number}")
            assert client.flush(20)
            client.close()
            os._exit(0)
        pids.append(pid)
    track(client, "parent")
    assert client.flush(20)
    for pid in pids:
        reap(pid)
    client.close()


def main() -> None:
    # what the tests are about; a warning would be an error
    warnings.filterwarnings("ignore", message=".*multi-threaded, use of fork", category=DeprecationWarning)
    name, *arguments = sys.argv[1:]
    globals()[name](*arguments)


if __name__ == "__main__":
    main()
