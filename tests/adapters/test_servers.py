"""The same requests over real sockets, through real servers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.adapters.calls import Call, directly, recorded, signed
from tests.adapters.cases import BODY, CASES, event
from tests.adapters.processes import SERVERS, serving
from tests.adapters.receivers import make_subject
from tests.adapters.served import ledger
from tests.adapters.sockets import leave_half_way, socket_answer

pytestmark = pytest.mark.interop

RECORDED = recorded()


@dataclass
class Server:
    """A running server, and where its handlers write."""

    name: str
    port: int
    ledger: Path

    def seen(self) -> list[bytes]:
        """What the handlers have been given since this was asked last."""
        found = ledger(self.ledger)
        self.ledger.unlink(missing_ok=True)
        return found


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One of the servers."""
    pytest.importorskip(request.param.partition("-")[0])
    file = tmp_path_factory.mktemp("server") / "ledger"
    with serving(request.param, file) as port:
        yield Server(request.param, port, file)


def same(server: Server, call: Call) -> None:
    """Hold the server's answer, and what its handlers see, against the receiver itself."""
    subject = make_subject(coroutines=False)
    expected = directly(subject.receiver, call)
    assert socket_answer(server.port, call) == expected
    assert server.seen() == subject.seen


def ends_by_itself(server: Server, call: Call) -> bool:
    """Whether the server can tell an application that a body without a length has an end (wsgiref cannot)."""
    return not (call.streamed and server.name == "wsgiref")


@pytest.mark.parametrize("name", CASES)
def test_every_case(server: Server, name: str) -> None:
    call, _ = CASES[name]
    if ends_by_itself(server, call):
        same(server, call)


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_request(server: Server, name: str) -> None:
    same(server, RECORDED[name][0])


@pytest.mark.parametrize("streamed", [False, True], ids=["declared", "streamed"])
def test_a_client_that_leaves_half_way_runs_no_handler(server: Server, streamed: bool) -> None:
    # of a batch, the signed first event is there before the client goes away
    body = b"[" + event("First") + b"," + event("Second", padding="x" * 20_000) + b"]"
    call = signed(body, streamed=streamed)
    if ends_by_itself(server, call):
        leave_half_way(server.port, call)
        same(server, signed(BODY))  # it still answers the next one, and its handlers have seen only that
