"""The command `segment-hooks inbox`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from segment_hooks import ConfigurationError
from segment_hooks.cli import main
from segment_hooks.commands.inbox import VARIABLE
from segment_hooks.inbox import State
from segment_hooks.inbox.sqlite import SQLiteStore
from segment_hooks.inbox.urls import open_store
from tests.hooks.inbox.events import end, entry

SERVICE = """
from segment_hooks import WebhookEventRouter
router = WebhookEventRouter()
runs = open("runs", "a")
@router.on_any
def handle(event):
    print(event.message_id, file=runs, flush=True)
    if event.message_id == "bad":
        raise KeyError("private@example.com")
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SQLiteStore:
    path = tmp_path / "inbox.db"
    monkeypatch.setenv(VARIABLE, f"sqlite:///{path}")
    store = SQLiteStore(path)
    store.put([entry("good"), entry("bad", email="private@example.com")])
    items = {item.id: item for item in store.take(10, 60)}
    store.settle(
        [
            end(
                "bad",
                items["bad"].token,
                State.DEAD,
                1e6,
                error="KeyError: 'private' (/srv/shop.py:7)\nValueError\x1b[2J",
            ),
            end("good", items["good"].token),
        ]
    )
    store.put([entry("new", email="private@example.com\u009b")])
    return store


def run(*arguments: str) -> int:
    return main(["inbox", *arguments])


def test_list_shows_what_is_there_and_no_personal_data(store: SQLiteStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    said = capsys.readouterr().out
    first, head, *rows = said.splitlines()
    assert first == "1 waiting, 1 done, 1 dead; oldest 0s, most tries 0"
    assert head.split() == ["state", "tries", "stored", "error", "id"]
    assert [row.split()[0] for row in rows] == ["dead", "waiting"]
    assert rows[0].split()[3:] == ["KeyError", "bad"]
    assert "private" not in said


def test_list_for_machines(store: SQLiteStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--json", "--state", "done") == 0
    whole, row = map(json.loads, capsys.readouterr().out.splitlines())
    assert (whole["depth"], whole["dead"], whole["attempts"]) == (1, 1, 0)
    assert (row["id"], row["state"], row["tries"]) == ("good", "done", 1)


def test_an_empty_inbox(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--store", f"sqlite:///{tmp_path}/new.db", "list") == 0
    assert capsys.readouterr().out == "empty\n"


def test_show_shows_all_and_nothing_speaks_to_the_terminal(
    store: SQLiteStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", "bad") == 0
    said = capsys.readouterr().out
    assert "error    KeyError: 'private' (/srv/shop.py:7)" in said
    assert "error    ValueError\\x1b[2J" in said
    assert '"email": "private@example.com"' in said
    assert run("show", "new") == 0
    assert "private@example.com\\u009b" in capsys.readouterr().out
    assert run("show", "unknown") == 1


def test_show_raw(store: SQLiteStore, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("show", "--raw", "new") == 0
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == entry("new", email="private@example.com\u009b").event.raw


def test_retry(store: SQLiteStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("retry", "good") == 1
    assert run("retry", "bad") == 0
    assert capsys.readouterr().out == "0 dead letter(s) wait again\n1 dead letter(s) wait again\n"
    assert {item.id for item in store.take(10, 60)} == {"bad", "new"}
    assert run("retry", "--all") == 1


def test_purge(store: SQLiteStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("purge", "--all", "--older-than", "1h") == 1
    assert run("purge", "--state", "waiting", "new") == 0
    assert run("purge", "--all") == 0
    assert [record.id for record in store.records()] == ["good"]
    assert capsys.readouterr().out.splitlines()[1:] == ["1 waiting event(s) removed", "1 dead event(s) removed"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["retry"], "name events by their ids, or give --all"),
        (["purge", "--all", "m-1"], "name events by their ids, or give --all"),
        (["purge", "--all", "--state", "running"], "cannot be purged"),
        (["work", "no_such_module:router"], "no_such_module:router cannot be loaded: No module"),
        (["work", "json:dumps"], "json:dumps is no WebhookEventRouter"),
        (["--store", "mysql://secret@host/db", "list"], "the address of an inbox is sqlite:///"),
        (["--store", "", "list"], "which inbox?"),
    ],
)
def test_what_it_cannot_do_it_says(
    store: SQLiteStore, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(*arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("segment-hooks inbox: ")
    assert said in error
    assert "secret" not in error


@pytest.mark.parametrize(
    "arguments", [["purge", "--older-than", "soon"], ["list", "--limit", "0"], ["list", "--state", "x"]]
)
def test_arguments_that_make_no_sense(
    store: SQLiteStore, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit):
        run(*arguments)
    assert "error: argument" in capsys.readouterr().err


def test_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for address, path in (("sqlite:///in%20box.db", "in box.db"), (f"sqlite:///{tmp_path}/x.db", f"{tmp_path}/x.db")):
        store = open_store(address)
        assert isinstance(store, SQLiteStore)
        assert store.path == Path(path)
    for address in ("sqlite://inbox.db", "inbox.db", "redis://host"):
        with pytest.raises(ConfigurationError):
            open_store(address)


def work(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    (tmp_path / "shop.py").write_text(SERVICE)
    command = [sys.executable, "-m", "segment_hooks", "inbox", "--store", "sqlite:///inbox.db", "work", "shop:router"]
    root = str(Path(__file__).parents[3])
    return subprocess.Popen(
        [*command, *arguments], cwd=tmp_path, env={**os.environ, "PYTHONPATH": root}, stderr=subprocess.PIPE, text=True
    )


def test_work_until_empty(store: SQLiteStore, tmp_path: Path) -> None:
    store.retry()
    process = work(tmp_path, "--until-empty", "--attempts", "1")
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert sorted((tmp_path / "runs").read_text().split()) == ["bad", "new"]
    assert store.stats().counts[State.DEAD] == 1
    assert "given up after 1 tries, KeyError: bad" in said
    assert "private" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_work_until_it_is_told_to_stop(store: SQLiteStore, tmp_path: Path, number: int) -> None:
    process = work(tmp_path)
    until = time.monotonic() + 60
    while store.stats().depth:
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 0
