"""The spool: what a call has accepted is on disk until it is settled."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_hooks.client import ReceiptState, SegmentClient, SegmentError, SpoolError, SqliteSpool, TransportError
from segment_hooks.client.spool_lock import FileLock
from segment_hooks.errors import ConfigurationError
from segment_testing.fake import TrackingAPI, faults, serve
from segment_testing.fake.server import ServedFake
from tests.hooks.client.doubles import Scripted, refusal

ROOT = Path(__file__).parents[3]
DOWN = TransportError("connection_refused")


def client_on(directory: Path, *steps: Any, **options: Any) -> tuple[SegmentClient, Scripted]:
    transport = Scripted(*steps, gate=options.pop("gate", None))
    return SegmentClient("wk", transport=transport, spool=directory, **options), transport


def track(client: SegmentClient, number: int) -> Any:
    return client.event.track(user_id="u", event=str(number), message_id=f"m-{number}")


def names(transport: Scripted) -> list[str]:
    return [each["event"] for each in transport.events]


def test_what_is_delivered_leaves_nothing_behind(tmp_path: Path) -> None:
    client, transport = client_on(tmp_path / "new" / "spool")
    with client:
        receipts = [track(client, number) for number in range(5)]
        assert client.flush(20)
    assert {each.state for each in receipts} == {ReceiptState.DELIVERED}
    assert names(transport) == ["0", "1", "2", "3", "4"]
    assert [each.suffix for each in (tmp_path / "new" / "spool").iterdir() if each.suffix != ".lock"] == []


def test_what_was_not_is_sent_by_the_next_client(tmp_path: Path) -> None:
    errors: list[SegmentError] = []
    client, _ = client_on(tmp_path, *[DOWN] * 50, on_error=errors.append)
    receipts = [track(client, number) for number in range(5)]
    client.close(0.05)
    assert {each.state for each in receipts} == {ReceiptState.DEFERRED}
    assert errors == []
    assert client.stats.deferred == 5
    client, transport = client_on(tmp_path)
    with client:
        track(client, 5)
        assert client.flush(20)
        assert (client.stats.recovered, client.stats.delivered) == (5, 6)
    assert sorted(each["messageId"] for each in transport.events) == [f"m-{number}" for number in range(6)]
    client, transport = client_on(tmp_path)
    client.close()
    assert transport.requests == []


def test_leftovers_are_sent_without_a_call(tmp_path: Path) -> None:
    client, _ = client_on(tmp_path, DOWN, DOWN)
    track(client, 0)
    client.close(0)
    client, transport = client_on(tmp_path, flush_interval=0.01)
    assert client.flush(20)
    client.close()
    assert names(transport) == ["0"]


def test_more_leftovers_than_the_queue_holds(tmp_path: Path) -> None:
    spool = SqliteSpool(tmp_path)
    client = SegmentClient("wk", transport=Scripted(DOWN), spool=spool, max_queue=10_000)
    client.event.batch([{"user_id": "u", "event": str(number)} for number in range(2_500)])
    client.close(0)
    client, transport = client_on(tmp_path, max_queue=100)
    with client:
        assert client.flush(20)
        assert client.stats.delivered == 2_500
    assert names(transport) == [str(number) for number in range(2_500)]


def test_rejected_and_dropped_events_leave_the_spool(tmp_path: Path) -> None:
    gate = threading.Event()
    client, _ = client_on(tmp_path, refusal(401), gate=gate, flush_at=1, max_queue=1)
    track(client, 0)
    while client.stats.requests == 0:
        pass
    track(client, 1)
    track(client, 2)  # drops 1
    gate.set()
    client.flush(20)
    stats = client.stats
    assert (stats.rejected, stats.dropped, stats.delivered) == (1, 1, 1)
    client.close()
    assert list(tmp_path.glob("*.db")) == []


def test_a_spool_makes_a_client_patient(tmp_path: Path) -> None:
    client, _ = client_on(tmp_path)
    assert client._core.batcher._max_retries is None
    client.close()


def test_clients_with_one_directory_have_files_of_their_own(tmp_path: Path) -> None:
    gate = threading.Event()
    clients = [client_on(tmp_path, gate=gate) for _ in range(3)]
    for number, (client, _) in enumerate(clients):
        track(client, number)
    assert len(list(tmp_path.glob("*.db"))) == 3
    gate.set()
    for client, _ in clients:
        client.close()
    assert [names(transport) for _, transport in clients] == [["0"], ["1"], ["2"]]


def test_another_source_leaves_them_alone(tmp_path: Path) -> None:
    client, _ = client_on(tmp_path, DOWN)
    track(client, 0)
    client.close(0)
    for other in (
        SegmentClient("other", transport=Scripted(), spool=tmp_path),
        SegmentClient("wk", transport=Scripted(), spool=tmp_path, region="eu"),
    ):
        assert other.flush(20)
        other.close()
        assert other.stats.recovered == 0
    client, _ = client_on(tmp_path)
    client.close()
    assert client.stats.recovered == 1


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    client, _ = client_on(tmp_path / "spool", DOWN)
    track(client, 0)
    client.close(0)
    (file,) = (tmp_path / "spool").glob("*.db")
    assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(file.parent.stat().st_mode) & 0o077 == 0
    assert b"wk" not in file.name.encode()


def test_a_file_that_is_broken_is_put_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    client, _ = client_on(tmp_path, DOWN)
    track(client, 0)
    client.close(0)
    (file,) = tmp_path.glob("*.db")
    file.write_bytes(b"no database at all" * 1_000)
    client, transport = client_on(tmp_path)
    track(client, 1)
    client.close()
    assert names(transport) == ["1"]
    assert "cannot be read" in caplog.text
    assert len(list(tmp_path.glob("*.unreadable"))) == 1


def test_an_event_that_cannot_be_kept_is_not_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = SqliteSpool(tmp_path)
    with SegmentClient("wk", transport=Scripted(), spool=spool) as client:

        def fail(_: Any) -> None:
            raise SpoolError("OperationalError")

        with monkeypatch.context() as patched:
            patched.setattr(spool, "put_many", fail)
            with pytest.raises(SegmentError, match="could not be stored") as caught:
                track(client, 0)
            assert caught.value.code == "spool"
        assert client.stats.accepted == 0
        assert track(client, 1).wait(20) is ReceiptState.DELIVERED


def test_a_spool_that_cannot_be_cleaned_is_survived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spool = SqliteSpool(tmp_path)
    client = SegmentClient("wk", transport=Scripted(), spool=spool)

    def fail(_: Any) -> None:
        raise SpoolError("OperationalError")

    with monkeypatch.context() as patched:
        patched.setattr(spool, "remove", fail)
        assert track(client, 0).wait(20) is ReceiptState.DELIVERED
        assert client.flush(20)
    client.close()
    assert "cannot be written to (OperationalError)" in caplog.text


def test_a_spool_that_fails_at_the_beginning_or_the_end_is_survived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spool = SqliteSpool(tmp_path)
    close = spool.close

    def fail(*_: Any) -> Any:
        raise SpoolError("OperationalError")

    monkeypatch.setattr(spool, "leftovers", fail)
    monkeypatch.setattr(spool, "close", fail)
    with SegmentClient("wk", transport=Scripted(), spool=spool) as client:
        assert track(client, 0).wait(20) is ReceiptState.DELIVERED
    assert "cannot be read (OperationalError)" in caplog.text
    assert "cannot be closed (OperationalError)" in caplog.text
    close()


def test_what_cannot_work(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="synchronous"):
        SqliteSpool(tmp_path, synchronous="OFF")  # type: ignore[arg-type]
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be made"):
        SegmentClient("wk", spool=tmp_path / "file" / "spool")
    with pytest.raises(ConfigurationError, match="spool is"):
        SegmentClient("wk", spool=7)  # type: ignore[arg-type]
    assert repr(SqliteSpool("/x")) == "SqliteSpool('/x')"


def test_the_lock_ends_with_its_file(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire(wait=False)
    assert not second.acquire(wait=False)
    first.release()
    assert second.acquire(wait=True)
    second.release(delete=True)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=15)
@given(
    events=st.dictionaries(st.text(min_size=1, max_size=20).filter(str.isprintable), st.binary(), max_size=20),
    synchronous=st.sampled_from(["NORMAL", "FULL"]),
)
def test_what_goes_in_comes_out_in_order(
    events: dict[str, bytes], synchronous: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("spool")
    spool = SqliteSpool(directory, synchronous=synchronous)
    spool.open("source")
    spool.put_many(events.items())
    assert spool.leftovers(100) == []  # they are its own
    done = list(events)[::2]
    spool.remove(done)
    spool.close()
    spool.open("source")
    found: list[tuple[str, bytes]] = []
    while more := spool.leftovers(3):
        found += more
    assert found == [(key, value) for key, value in events.items() if key not in done]
    spool.close()


# ---- kill


@pytest.fixture
def fake() -> Iterator[ServedFake]:
    with serve(TrackingAPI()) as served:
        yield served


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill")
def test_kill_at_any_moment_loses_no_accepted_event(fake: ServedFake, tmp_path: Path) -> None:
    accepted: list[str] = []
    for round_ in range(4):
        fake.api.faults.clear()
        if round_ % 2:
            fake.api.faults.add(faults.status(503))
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.hooks.client.programs", "spools", fake.url, str(tmp_path)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(37 + 41 * round_)]
        process.kill()
        lines += process.stdout.readlines()
        process.stdout.close()
        process.wait(20)
        accepted += [line.decode().strip() for line in lines if line.endswith(b"\n")]
    fake.api.faults.clear()
    with SegmentClient("wk", host=fake.url, spool=tmp_path, proxy=False) as client:
        assert client.flush(20)
    arrived = [call.message_id for call in fake.api.ledger.calls]
    assert len(arrived) == len(set(arrived))
    assert set(accepted) <= set(arrived)
    assert len(arrived) - len(accepted) <= 4  # each process may have been killed between the call and the print
    assert list(tmp_path.glob("*.db")) == []
