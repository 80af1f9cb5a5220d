"""The facade: one object for all that a test asks of a fake Segment."""

from __future__ import annotations

import urllib.request

import pytest

import segment_testing
from segment_testing import FakeSegment, FakeSettings, Ledger, faults
from segment_testing.fake import TrackingAPI
from segment_testing.fake_segment import ServedSegment
from tests.testing.tracking import send, track


def test_what_came() -> None:
    fake = FakeSegment()
    send(fake, {**track("A"), "messageId": "m"}, {**track("A"), "messageId": "m"}, track("B", None))
    assert [call.name for call in fake.calls] == ["A"]
    assert [rejection.name for rejection in fake.rejected] == ["B"]
    assert [rejection.name for rejection in fake.duplicates] == ["A"]
    assert fake.calls == fake.api.ledger.calls


def test_a_core_of_ones_own() -> None:
    api = TrackingAPI(FakeSettings(max_calls=3), ledger=Ledger())
    fake = FakeSegment(api=api)
    assert fake.api is api
    assert fake.settings is api.settings
    assert FakeSegment(FakeSettings(strict=True), api=api).settings.strict


def test_a_reset() -> None:
    fake = FakeSegment()
    fake.faults.add(faults.status(500).after(1))
    send(fake, track(), track(user=None))
    fake.reset()
    assert (fake.calls, fake.rejected, len(fake.faults)) == ([], [], 0)


def test_serving() -> None:
    fake = FakeSegment()
    with fake.serve() as server:
        body = b'{"userId": "u1", "event": "A", "writeKey": "wk"}'
        with urllib.request.urlopen(f"{server.url}/v1/track", body, timeout=10) as answer:
            assert answer.status == 200
        fake.expect.track("A").once()
        served = ServedSegment(server)
        assert (served.url, served.port) == (server.url, server.port)
        assert served.calls == fake.calls
    assert repr(served) == "<ServedSegment: 1 call, 0 rejected>"


def test_requests_that_the_test_asked_for_are_not_held_against_it() -> None:
    fake = FakeSegment(FakeSettings(strict=True))
    fake.faults.add(faults.status(500).times(1))
    send(fake, track())
    assert len(fake.rejected) == 1
    assert fake.unasked_rejections == []
    fake.verify()


@pytest.mark.parametrize("name", segment_testing.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(segment_testing, name) is not None


def test_no_other_name_is() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Expectations'"):
        segment_testing.Expectations  # type: ignore[attr-defined]  # noqa: B018


def test_the_public_names_are_these() -> None:
    # a name more is a promise to keep, a name less breaks somebody's tests: change this list on purpose
    assert " ".join(segment_testing.__all__) == (
        "ABSENT Call Expect Expectation ExpectationFailed FakeSegment FakeSettings LeakGuard Ledger Limits Reason "
        "Rejection SegmentLeak ServedSegment exactly faults"
    )
