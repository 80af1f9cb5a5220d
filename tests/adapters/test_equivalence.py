"""ASGI, WSGI, Lambda and the receiver itself give one answer to the same request, however hostile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from segment_hooks.asgi import SegmentASGIApp
from segment_hooks.integrations.aws_lambda import lambda_handler
from segment_hooks.wsgi import SegmentWSGIApp
from tests.adapters.calls import Call, directly, signed
from tests.adapters.cases import CASES
from tests.adapters.in_process import asgi_answer, http_api_event, lambda_answer, rest_api_event, wsgi_answer
from tests.adapters.receivers import make_subject
from tests.hooks.strategies import hostile_texts

SUBJECT = make_subject(coroutines=False)
ASGI, WSGI = SegmentASGIApp(SUBJECT.receiver), SegmentWSGIApp(SUBJECT.receiver)
LAMBDA = lambda_handler(SUBJECT.receiver)

methods = st.one_of(st.just("POST"), st.sampled_from(["PUT", "PATCH", "GET", "HEAD", "OPTIONS", "DELETE", "TRACE"]))
# what a header may hold (RFC 9110, 5.5), but for the white space around it, which servers take off
values = st.binary(max_size=45).map(
    lambda raw: bytes(b for b in raw if b in b"\t " or (b > 0x20 and b != 0x7F)).strip()
)
signatures = st.one_of(values, st.sampled_from([b"0" * 40, b"g" * 40, b"sha1=" + b"0" * 40, b"0" * 39, b",", b"="]))
types = st.one_of(values, st.sampled_from([b"application/json", b"text/plain", b"a/b+json;x=y", b"text/html"]))
# of other headers than the signature, WSGI servers make one out of two, and the first counts elsewhere
others = st.dictionaries(
    st.sampled_from([b"content-type", b"content-encoding", b"user-agent", b"x-segment-signature", b"x-other"]), types
).map(lambda named: list(named.items()))
headers = st.tuples(others, st.lists(st.tuples(st.just(b"x-signature"), signatures), max_size=2)).map(
    lambda parts: tuple(parts[0] + parts[1])
)
known_bodies = st.sampled_from(sorted(CASES)).map(lambda name: CASES[name][0].body)
bodies = st.one_of(hostile_texts, known_bodies)


def well_signed(body: bytes, more: list[tuple[bytes, bytes]], streamed: bool) -> Call:
    """A request that Segment might have made."""
    return signed(body, *more, streamed=streamed)


@given(
    st.one_of(
        st.builds(Call, methods, headers, bodies, st.booleans()), st.builds(well_signed, bodies, others, st.booleans())
    )
)
def test_one_answer_to_one_request(call: Call) -> None:
    SUBJECT.seen.clear()
    expected, seen = directly(SUBJECT.receiver, call), SUBJECT.seen[:]
    for answer in (
        lambda: asgi_answer(ASGI, call),
        lambda: wsgi_answer(WSGI, call),
        lambda: lambda_answer(LAMBDA, rest_api_event(call)),
        lambda: lambda_answer(LAMBDA, http_api_event(call)),
    ):
        SUBJECT.seen.clear()
        assert answer() == expected
        assert SUBJECT.seen == seen


@given(st.builds(well_signed, hostile_texts, others, st.booleans()), st.data())
def test_no_handler_runs_for_half_a_body(call: Call, data: st.DataObject) -> None:
    pieces = data.draw(st.integers(0, len(call.pieces()) - 1), label="pieces that come")
    sent = data.draw(st.integers(0, max(0, len(call.body) - 1)), label="bytes that come")
    SUBJECT.seen.clear()
    assert asgi_answer(ASGI, call, leave_after=pieces) is None
    if call.body and not call.streamed:
        assert wsgi_answer(WSGI, call, sent=sent).status == 408
    assert SUBJECT.seen == []
