"""The command line: what it prints and how it ends, and that an event reaches the terminal as nothing but text."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_hooks import __version__
from segment_testing.cli import main
from segment_testing.commands.lines import call_line, lines, printable, rejection_line
from segment_testing.commands.reports import JSONReport, Listening, QuietReport
from segment_testing.commands.screen import ScreenReport
from segment_testing.commands.sdks import pointers
from segment_testing.news import Mark, News, news
from segment_testing.recording import Call, Ledger, Reason, Reception, Rejection

PATIENCE = 30
RECEPTION = Reception("/v1/batch", "key", datetime(2026, 11, 24, 12, 0, 0, 123_000, UTC), user_agent="agent/1")


def call(sent: bytes = b"{}", reception: Reception = RECEPTION, **fields: Any) -> Call:
    return Call(reception, sent, **{"type": "track", "message_id": "m", **fields})


def rejection(reason: Reason = Reason.ID_REQUIRED, **fields: Any) -> Rejection:
    return Rejection(reason, fields.pop("detail", "neither id"), RECEPTION, **fields)


def text(line: Any) -> str:
    plain: str = line.plain
    return plain


# ---- lines


def test_a_call_says_when_what_who_by_what_and_to_whom() -> None:
    sent = b'{"context":{"library":{"name":"analytics-python","version":"2.3.4"}}}'
    line = text(call_line(call(sent, name="Order Completed", user_id="u-42")))
    when, kind, *rest = line.split()
    assert when == RECEPTION.received_at.astimezone().strftime("%H:%M:%S.123")
    assert [kind, *rest] == ["track", "Order", "Completed", "u-42", "analytics-python", "2.3.4", "key"]


def test_a_call_without_a_name_or_a_user_keeps_its_columns() -> None:
    named = text(call_line(call(name="A" * 100, user_id="\N{HIRAGANA LETTER A}" * 50)))
    bare = text(call_line(call(type="alias", anonymous_id="a1")))
    assert bare.index("anonymous a1") == named.index("\N{HIRAGANA LETTER A}")
    assert "A\N{HORIZONTAL ELLIPSIS}" in named


@pytest.mark.parametrize(
    ("sent", "shared", "shown"),
    [
        (b'{"context":{"library":{"name":"own"}}}', b'{"library":{"name":"shared"}}', "own"),
        (b'{"context":{"ip":"x"}}', b'{"library":{"name":"shared","version":"1"}}', "shared 1"),
        (b'{"context":null}', None, "agent/1"),
        (b'{"context":{"library":"text"}}', None, "agent/1"),
        (b'{"event":"\\ud83d"}', None, "agent/1"),
        (b'{"context":{"library":{"name":"\\ud83d"}}}', None, "agent/1"),
    ],
)
def test_the_library_is_what_the_sdk_calls_itself(sent: bytes, shared: bytes | None, shown: str) -> None:
    reception = Reception("/v1/b", "key", RECEPTION.received_at, context=shared, user_agent="agent/1")
    made = call(sent, reception)
    assert f"  {shown}  " in text(call_line(made))
    assert made._payload is None  # a look must not make the ledger larger


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (rejection(type="track", name="A"), "lost      track A: neither id (id_required)"),
        (rejection(Reason.BAD_REQUEST, status=400), "refused   /v1/batch: neither id (bad_request, answered 400)"),
        (rejection(Reason.FAULT, status=503), "fault     /v1/batch: neither id (fault, answered 503)"),
        (rejection(Reason.FAULT, status=0), "fault     /v1/batch: neither id (fault, not answered)"),
        (rejection(Reason.RATE_LIMITED, status=429), "fault     /v1/batch: neither id (rate_limited, answered 429)"),
        (rejection(Reason.DUPLICATE, type="page"), "repeated  page: neither id (duplicate)"),
    ],
    ids=lambda value: value.reason.value if isinstance(value, Rejection) else "",
)
def test_a_rejection_says_what_became_of_it_and_why(made: Rejection, shown: str) -> None:
    assert text(rejection_line(made))[14:] == shown


def test_what_happened_in_between_is_told_first() -> None:
    came = News(Mark(), [call(name="A")], [rejection()], [rejection(Reason.DUPLICATE)], cleared=True, missed=1_234)
    words = [text(line)[14:].split()[0] for line in lines(came)]
    assert words == ["reset", "\N{HORIZONTAL ELLIPSIS}", "track", "lost", "repeated"]


@given(st.text(st.characters()))
def test_whatever_is_printed_can_be_seen(raw: str) -> None:
    shown = printable(raw)
    assert shown.isprintable()
    shown.encode()
    assert shown == raw or not raw.isprintable()


HOSTILE = ["\x1b]0;title\x07", "a\r\nb", "[bold]x[/bold]", "[/]", ":smile:", "\u202eabc", "\ud800", "\x9b31m", "\x00"]


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_nothing_in_an_event_reaches_the_terminal_as_more_than_text(hostile: str) -> None:
    output = io.StringIO()
    report = ScreenReport(output)
    fields = {"name": hostile, "user_id": hostile, "type": "track"}
    sent = json.dumps({"context": {"library": {"name": hostile}}}).encode()
    reception = Reception(hostile, hostile, RECEPTION.received_at, user_agent=hostile)
    lost = Rejection(Reason.ID_REQUIRED, hostile, reception, type=hostile, name=hostile)
    report.show(News(Mark(), [Call(reception, sent, message_id=hostile, **fields)], [lost], [lost]))
    printed = output.getvalue()
    assert printed.count("\n") == 3
    assert all(line.isprintable() for line in printed.splitlines())
    if hostile.isprintable():
        assert printed.count(hostile) >= 7


# ---- reports


def everything() -> Ledger:
    ledger = Ledger(max_calls=3)
    ledger.record([call(name="A"), call(name="B"), call(type="page", name="C"), call(name="D")])
    ledger.record([], [rejection(), rejection(Reason.FAULT, status=500)], [rejection(Reason.DUPLICATE)])
    return ledger


def test_the_screen_shows_how_to_begin_each_call_and_a_summary() -> None:
    output = io.StringIO()
    report = ScreenReport(output)
    report.start(Listening("http://127.0.0.1:8765", write_key="wk"))
    report.show(news(everything()))
    report.end()
    printed = output.getvalue()
    assert printed.startswith("A fake Segment listens on http://127.0.0.1:8765\n")
    assert '  Node           new Analytics({ writeKey: "wk", host: "http://127.0.0.1:8765" })\n' in printed
    assert "\x1b" not in printed
    assert "every address" not in printed
    assert printed.splitlines()[-1] == (
        "3 calls (2 track, 1 page), 2 rejections (1 id_required, 1 fault), 1 repeated call, 1 not seen"
    )


def test_who_listens_for_the_whole_network_is_told() -> None:
    output = io.StringIO()
    ScreenReport(output).start(Listening("http://127.0.0.1:1", everywhere=True))
    assert "whoever reaches it" in output.getvalue()


def test_for_programs_there_is_a_json_object_a_line() -> None:
    output = io.StringIO()
    report = JSONReport(output)
    report.start(Listening("http://127.0.0.1:1"))
    ledger = everything()
    came = news(ledger)
    report.show(came)
    ledger.clear()
    ledger.record([call(b'{\r\n"event":\n"\\ud83d\\n"}')])
    report.show(news(ledger, came.mark))
    report.end()
    told = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [one["kind"] for one in told] == [
        "listening",
        "missed",
        *["call"] * 3,
        *["rejection"] * 2,
        "duplicate",
        "reset",
        "call",
        "summary",
    ]
    assert told[-2]["sent"] == {"event": "\ud83d\n"}
    assert told[-1] == {
        "kind": "summary",
        "calls": {"track": 3, "page": 1},
        "rejections": {"id_required": 1, "fault": 1},
        "duplicates": 1,
        "missed": 1,
        "faulty": True,
    }


def test_quiet_is_the_url_alone() -> None:
    output = io.StringIO()
    report = QuietReport(output)
    report.start(Listening("http://127.0.0.1:1"))
    report.show(news(everything()))
    report.end()
    assert output.getvalue() == "http://127.0.0.1:1\n"


@pytest.mark.parametrize("reasons", [[], [Reason.FAULT], [Reason.RATE_LIMITED, Reason.FAULT]])
def test_what_was_asked_for_is_no_fault(reasons: list[Reason]) -> None:
    report = QuietReport(io.StringIO())
    report.show(News(Mark(), rejections=[rejection(reason) for reason in reasons], duplicates=[rejection()]))
    assert not report.tally.faulty


def test_the_pointers_fit_the_scheme_and_the_address() -> None:
    plain, secure = dict(pointers("http://[::1]:8765", "k")), dict(pointers("https://127.0.0.1:8765", "k"))
    assert 'host: "[::1]", port: 8765, ssl: false' in plain["Ruby"]
    assert "--tls" in plain["Kotlin, Swift"]
    assert 'apiHost = "127.0.0.1:8765/v1"' in secure["Kotlin, Swift"]
    assert plain.keys() == secure.keys()


# ---- options


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "command"),
        (["sing"], "invalid choice"),
        (["serve", "--port", "65536"], "a port is a number from 0 to 65535, not '65536'"),
        (["serve", "--port", "\u0663"], "a port is a number"),
        (["serve", "--rate-limit", "0"], "a rate limit is a number of requests per second above zero, not '0'"),
        (["serve", "--rate-limit", "nan"], "above zero"),
        (["serve", "--rate-limit", "many"], "above zero"),
        (["serve", "--max-calls", "0"], "a whole number above zero"),
        (["serve", "--write-key", ""], "a write key is not empty"),
        (["serve", "--json", "--quiet"], "not allowed with"),
    ],
    ids=" ".join,
)
def test_options_that_are_wrong(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert words in capsys.readouterr().err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"segment-testing {__version__}\n"


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        before = signal.getsignal(signal.SIGTERM)
        assert main(["serve", "--port", str(port)]) == 2
        assert signal.getsignal(signal.SIGTERM) is before
    captured = capsys.readouterr()
    assert captured.err.startswith(f"segment-testing serve: cannot listen on 127.0.0.1 port {port}: ")
    assert "--port (0 for any free port)" in captured.err
    assert captured.out == ""


def test_a_host_that_no_certificate_can_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--tls", "--host", "bücher.example", "--port", "0"]) == 2
    assert "'bücher.example' is neither an address nor a host name" in capsys.readouterr().err


@pytest.mark.parametrize(("missing", "options"), [("rich", []), ("uvicorn", ["--json"])])
def test_what_is_not_installed_is_named(missing: str, options: list[str]) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; from segment_testing.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "serve", "--port", "0", *options],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert (
        done.stderr == f"segment-testing serve: needs {missing}, which comes with: pip install 'segment-hooks[cli]'\n"
    )


# ---- the process


@contextmanager
def served(*options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "segment_testing", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def read(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def post(url: str, path: str, body: Any, context: ssl.SSLContext | None = None) -> int:
    address = urlsplit(url)
    assert address.hostname is not None
    connection = (
        HTTPConnection(address.hostname, address.port, timeout=PATIENCE)
        if context is None
        else HTTPSConnection(address.hostname, address.port, timeout=PATIENCE, context=context)
    )
    connection.request("POST", path, json.dumps(body))
    status = connection.getresponse().status
    connection.close()
    return status


def stop(process: subprocess.Popen[str], how: signal.Signals) -> tuple[str, str]:
    process.send_signal(how)
    output, errors = process.communicate(timeout=PATIENCE)
    return output, errors


TRACK = {"writeKey": "key", "userId": "u1", "event": "A"}


def test_calls_are_held_against_a_plan(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"rules": [{"type": "TRACK", "key": "B", "jsonSchema": {}}]}))
    with served("--json", "--plan", str(plan)) as process:
        url = read(process)["url"]
        assert post(url, "/v1/track", TRACK) == 200
        with urlopen(f"{url}/_fake/events", timeout=PATIENCE) as answer:
            (event,) = json.load(answer)["events"]
        assert [violation["type"] for violation in event["violations"]] == ["Unplanned Event"]


@pytest.mark.parametrize("text", [None, "{", "{}"])
def test_a_plan_that_is_none(text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.json"
    if text is not None:
        plan.write_text(text)
    assert main(["serve", "--port", "0", "--plan", str(plan)]) == 2
    assert "plan.json" in capsys.readouterr().err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_calls_are_shown_as_they_come_until_a_signal_ends_it(how: signal.Signals) -> None:
    with served("--json", "--strict", "--write-key", "key") as process:
        url = read(process)["url"]
        assert post(url, "/v1/track", TRACK) == 200
        assert read(process)["name"] == "A"
        output, errors = stop(process, how)
        assert errors == ""
        assert json.loads(output)["calls"] == {"track": 1}
        assert process.returncode == 0


def test_strict_ends_with_one_where_a_call_was_lost() -> None:
    with served("--json", "--strict", "--write-key", "other") as process:
        assert post(read(process)["url"], "/v1/track", TRACK) == 200
        assert read(process)["reason"] == "unknown_source"
        output, errors = stop(process, signal.SIGTERM)
        assert (json.loads(output)["faulty"], errors, process.returncode) == (True, "", 1)


def test_over_tls_a_client_that_trusts_the_authority_is_heard() -> None:
    with served("--json", "--tls") as process:
        listening = read(process)
        assert listening["url"].startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=listening["authority"])
        assert post(listening["url"], "/v1/track", TRACK, context) == 200
        assert read(process)["name"] == "A"
        _, errors = stop(process, signal.SIGTERM)
        assert (errors, process.returncode) == ("", 0)
        assert not os.path.exists(listening["authority"])  # noqa: PTH110


def test_a_live_stream_ends_whole_when_the_server_does() -> None:
    with served("--quiet") as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        address = urlsplit(url)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)
        connection.request("GET", "/_fake/stream?from=start")
        response = connection.getresponse()
        assert response.getheader("content-type") == "text/event-stream"
        assert post(url, "/v1/track", TRACK) == 200
        while not response.readline().startswith(b"event: call"):
            pass
        process.send_signal(signal.SIGTERM)
        assert b'"name":"A"' in response.read()  # raises where the last chunk is missing
        connection.close()
        output, errors = process.communicate(timeout=PATIENCE)
        assert (output, errors, process.returncode) == ("", "", 0)


def test_a_reader_that_has_gone_ends_it_without_a_traceback() -> None:
    with served("--json") as process:
        url = read(process)["url"]
        assert process.stdout is not None
        process.stdout.close()
        post(url, "/v1/track", TRACK)
        assert process.stderr is not None
        assert process.wait(PATIENCE) == 1
        assert process.stderr.read() == ""
