"""Every adapter gives the answer that the receiver gives, and hands the same bytes to the handlers."""

from __future__ import annotations

import pytest

from tests.adapters.calls import PATH, Call, Client, directly, recorded
from tests.adapters.cases import CASES
from tests.adapters.receivers import Subject

RECORDED = recorded()


def same(subject: Subject, client: Client, call: Call) -> int:
    """Hold the adapter against the receiver itself; the status."""
    subject.seen.clear()
    expected = directly(subject.receiver, call)
    wanted = subject.seen[:]
    subject.seen.clear()
    assert client(call) == expected
    assert subject.seen == wanted
    return expected.status


@pytest.mark.parametrize("slash", ["", "/"], ids=["bare", "slash"])
@pytest.mark.parametrize("name", CASES)
def test_every_case(subject: Subject, client: Client, name: str, slash: str) -> None:
    call, status = CASES[name]
    assert same(subject, client, call.at(PATH + slash)) == status


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_request(subject: Subject, client: Client, name: str) -> None:
    call, _, signed = RECORDED[name]
    status = same(subject, client, call)
    assert status == (400 if not call.body else 401 if signed == "none" else 200)


def test_the_recorded_requests_are_all_there() -> None:
    assert len(RECORDED) == 36
