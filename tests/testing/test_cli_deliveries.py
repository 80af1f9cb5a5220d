"""`send`, `replay` and `listen`: what goes over the wire, what is printed, and how they end."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from segment_hooks import SegmentWebhookHandler, Track, WebhookEventRouter, sign
from segment_testing.cli import main
from segment_testing.commands import CommandError
from segment_testing.commands.listen import judged
from segment_testing.commands.replay import Record, read_recording, written
from segment_testing.commands.send import read_events
from segment_testing.commands.sending import Progress
from segment_testing.delivery import Destination, WebhookRequest

SECRET = "k"
RECORDED = Path(__file__).parents[1] / "data" / "webhooks.jsonl"
PATIENCE = 30


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


class Service:
    """A served router that notes what came."""

    def __init__(self, server: WSGIServer, seen: list[Any]) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}/hook"
        self.seen = seen


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Generator[Service]:
    monkeypatch.setenv("SEGMENT_SHARED_SECRET", SECRET)
    seen: list[Any] = []
    router = WebhookEventRouter()

    @router.on_any
    def note(event: Any) -> None:
        seen.append(event)
        if isinstance(event, Track) and event.event == "Broken":
            raise LookupError

    server = make_server("127.0.0.1", 0, router.wsgi(SECRET, uncovered="accept"), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield Service(server, seen)
    server.shutdown()
    server.server_close()
    thread.join()


# ---- send


def test_send_delivers_made_up_events(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", service.url, "--count", "7", "--batch-size", "3", "--seed", "5"]) == 0
    assert capsys.readouterr().out.startswith("7 events: 7 delivered; 3 requests in ")
    assert len(service.seen) == 7


def test_send_makes_the_same_of_the_same_seed(service: Service) -> None:
    arguments = ["send", service.url, "--name", "Order Completed", "--count", "2", "--seed", "9", "--quiet"]
    assert main(arguments) == main(arguments) == 0
    first, second = service.seen[:2], service.seen[2:]
    assert [event.properties for event in first] == [event.properties for event in second]
    assert {event.event for event in service.seen} == {"Order Completed"}


def test_send_says_what_was_lost_and_exits_with_1(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", service.url, "--name", "Broken", "--count", "1", "--no-retries"]) == 1
    out = capsys.readouterr().out
    assert "1 event: 1 expired" in out
    assert "500 Internal Server Error (1 attempt)" in out
    assert f"again with: segment-testing send {service.url} --count 1 --seed 0" in out


def test_send_with_faults_and_json(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["send", service.url, "--count", "3", "--fault", "lose-acknowledgement=0.3", "--fault", "tamper-head"]
    assert main([*arguments, "--json", "--seed", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["events"], found["delivered"], found["accepted_forgeries"]) == (True, 3, 3, 0)
    assert found["requests"] > 3


def test_send_reports_forgeries_that_were_accepted(service: Service) -> None:
    assert main(["send", service.url, "--count", "1", "--fault", "tamper-tail", "--quiet"]) == 1


def test_send_delivers_the_events_of_a_file(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text('{"type":"track","event":"A","n":25.0}\n\n{"type":"page"}\n')
    arguments = ["send", service.url, "--events", str(file), "--method", "PUT", "--header", "X-Source: shop", "--quiet"]
    assert main(arguments) == 0
    assert [event.raw for event in service.seen] == [b'{"type":"track","event":"A","n":25}', b'{"type":"page"}']


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ('{"a":1}', [b'{"a":1}']),
        ('{"a":1}\n{"b":2}\n', [b'{"a":1}', b'{"b":2}']),
        ('[{"a":1},\n {"b":2}]', [b'{"a":1}', b'{"b":2}']),
        ('{\n "a":\n  1}\n', [b'{\n "a":\n  1}']),
    ],
)
def test_files_of_events(tmp_path: Path, text: str, events: list[bytes]) -> None:
    file = tmp_path / "events"
    file.write_text(text)
    assert read_events(file) == events


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no event|holds no JSON"),
        ("[]", "holds no event"),
        ("[1]", "event 1 in .* is no JSON object"),
        ('{"a":1}\n"b"', "event 2 in .* is no JSON object"),
        ("{", "holds no JSON"),
    ],
)
def test_files_of_something_else(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "events"
    file.write_text(text)
    with pytest.raises(CommandError, match=message):
        read_events(file)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["http://example.com/"], "is another machine"),
        (["nonsense"], "is no URL of a server"),
        (["http://127.0.0.1:9/", "--fault", "x"], "there is no fault 'x'"),
        (["http://127.0.0.1:9/", "--secret-env", "NOT_SET"], "the environment variable NOT_SET holds no secret"),
        (["http://127.0.0.1:9/", "--events", "/nowhere/at/all"], "cannot read /nowhere/at/all"),
    ],
)
def test_send_says_why_it_cannot(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--count", "0"], ["--header", "no colon"], ["--batch-size", "9999"], ["--method", "GET"]]
)
def test_options_that_cannot_be(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["send", "http://127.0.0.1:9/", *arguments])
    assert caught.value.code == 2
    capsys.readouterr()


def test_progress_is_for_those_who_watch() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown, log = Terminal(), io.StringIO()
    for output in (shown, log):
        progress = Progress(4, output)
        for _ in range(5):
            progress.step()
        progress.end()
    assert "\r 25 %  1 requests" in shown.getvalue()
    assert "\r100 %  4 requests" in shown.getvalue()
    assert shown.getvalue().endswith("\r\033[K")
    assert log.getvalue() == ""


# ---- replay


def test_replay_sends_what_was_recorded(service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "recording"
    requests = Destination(secret=SECRET, batch_size=2, target="/elsewhere").requests([{"n": 1}, {"n": 2}, {"n": 3}])
    file.write_bytes(written(requests) + b"\n")
    assert [record.request() for record in read_recording(file)] == requests
    assert main(["replay", service.url, str(file)]) == 0
    assert [event.payload for event in service.seen] == [{"n": 1}, {"n": 2}, {"n": 3}]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["1", "POST", "17", "bytes", "200", "OK"]
    assert lines[-1] == "2 sent, 0 not answered with 2xx"


def test_replay_of_the_recorded_deliveries_of_segment(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    # they were signed with other secrets
    assert main(["replay", service.url, str(RECORDED), "--quiet"]) == 1
    assert "401 Unauthorized" in capsys.readouterr().out
    assert main(["replay", service.url, str(RECORDED), "--sign", "--keep-path"]) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "36 sent, 4 not answered with 2xx"  # unsigned ones, and an empty body


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "holds no request"),
        (b"{}", "line 1 of .* is no recorded request: .*missing required field"),
        (b'{"method":"POST","headers":[],"body_base64":"?"}', "line 1 of .* is no recorded request"),
    ],
)
def test_recordings_of_something_else(tmp_path: Path, text: bytes, message: str) -> None:
    file = tmp_path / "recording"
    file.write_bytes(text)
    with pytest.raises(CommandError, match=message):
        read_recording(file)
    with pytest.raises(CommandError, match="cannot read"):
        read_recording(tmp_path / "nothing")


def test_replay_needs_a_secret_to_sign(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("SEGMENT_SHARED_SECRET", raising=False)
    assert main(["replay", "http://127.0.0.1:9/", str(RECORDED), "--sign"]) == 2
    assert "name the variable with the secret" in capsys.readouterr().err


# ---- listen


def test_what_listening_says_about_requests() -> None:
    handler = SegmentWebhookHandler(SECRET, uncovered="accept")
    good = Destination(secret=SECRET, batch_size=9).request([b'{"type":"track"}', b"{}"])
    bad = WebhookRequest("POST", (("x-signature", sign("other", b"{}")),), b"{}")
    broken = WebhookRequest("POST", (("x-signature", sign(SECRET, b"{")),), b"{")
    got = WebhookRequest("GET", (), b"")
    found = [judged(handler, request, 202, verified=True) for request in (good, bad, broken, got)]
    assert [each.status for each in found] == [202, 401, 400, 405]
    assert [event.covered for event in found[0].events] == [True, False]
    assert [each.problem is None for each in found] == [True, False, False, False]


def listening(*arguments: str, secret: str = SECRET) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "segment_testing", "listen", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "SEGMENT_SHARED_SECRET": secret, "PYTHONUNBUFFERED": "1"},
    )


def post(url: str, request: WebhookRequest) -> int:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)
    connection.request(request.method, request.target, request.body, dict(request.headers))
    status = connection.getresponse().status
    connection.close()
    return status


def test_listen_receives_verifies_prints_and_saves(tmp_path: Path) -> None:
    saved = tmp_path / "saved.jsonl"
    with listening("--count", "3", "--json", "--save", str(saved), "--status", "201") as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        good = Destination(secret=SECRET).request([b'{"type":"track","event":"A","userId":"u-1"}'])
        bad = Destination(secret="other").request([b"{}"])
        assert [post(url, good), post(url, bad), post(url, WebhookRequest("DELETE", (), b""))] == [201, 401, 405]
        lines = [json.loads(line) for line in process.stdout]
        assert process.wait(PATIENCE) == 1
    assert [(line["status"], line["verified"]) for line in lines] == [(201, True), (401, False), (405, False)]
    assert lines[0]["events"][0]["event"] == "A"
    assert lines[1]["problem"].startswith("the signature fits none of the secrets")
    assert [record.request().body for record in read_recording(saved)][:2] == [good.body, bad.body]
    assert read_recording(saved)[0].request().header("x-signature") == good.signature


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot send SIGINT to another there")
def test_listen_shows_people_what_comes_until_it_is_stopped() -> None:
    with listening() as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("Listens on http://127.0.0.1:")
        url = first.split()[2]
        request = Destination(secret=SECRET, batch_size=5).request(
            [b'{"type":"track","event":"A\\u001b[2J","userId":"u-1"}', b'{"type":"page","anonymousId":"a-1"}']
        )
        assert post(url, request) == 200
        process.stdout.readline()
        process.stdout.readline()
        shown = [process.stdout.readline(), process.stdout.readline()]
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(PATIENCE) == 0
    assert shown[0].split()[1:] == ["track", "A\\u001b[2J", "u-1"]
    assert shown[1].split()[1:4] == ["page", "anonymous", "a-1"]
    assert "not covered by the signature" in shown[1]
    assert rest.strip() == "1 requests, 0 refused"


def test_listen_says_why_it_cannot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["listen", "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot listen on 127.0.0.1 port" in capsys.readouterr().err
    assert main(["listen", "--port", "0", "--save", str(tmp_path)]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_a_record_is_what_the_recordings_of_this_house_hold() -> None:
    request = Destination(secret=SECRET).request([b"{}"])
    assert Record.of(request, "x").request() == request
