"""The exact bytes of deliveries, held against what Segment's own destinations sent."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from segment_hooks import ConfigurationError, parse_event, sign
from segment_testing.delivery import Destination, Product, Signing, WebhookRequest
from segment_testing.delivery.destination import text_of

RECORDED = [
    json.loads(line) for line in (Path(__file__).parents[1] / "data" / "webhooks.jsonl").read_text().splitlines()
]
FORM = "application/x-www-form-urlencoded"
SETTINGS: dict[str, dict[str, Any]] = {
    "audiences_batch_extras": {"extras": {"hello": "world"}},
    "extensible_single_bearer": {"authorization": "Bearer tok"},
    "extensible_single_form": {"headers": {"Content-Type": FORM}},
    "single_header_content_type_override": {"headers": {"Content-Type": "text/plain"}},
}
"""What is set up in the destination beside what the record says."""


def events_of(record: dict[str, Any]) -> list[Any]:
    """What went into the destination; None where the mapping found no data."""
    if record["name"] == "extensible_single_form":
        return [{"type": "track", "event": "é & b", "userId": "u 1"}]
    body = base64.b64decode(record["body_base64"])
    if not body:
        return [None]
    events = json.loads(body) if record["kind"] == "batch" else [json.loads(body)]
    for event in events:
        for extra in SETTINGS.get(record["name"], {}).get("extras", {}):
            del event[extra]
    return events


@pytest.mark.parametrize("record", RECORDED, ids=lambda record: record["name"])
def test_recorded_requests_are_made_again_from_their_events(record: dict[str, Any]) -> None:
    destination = Destination(
        secret=record["secret"],
        method=record["method"],
        product=Product(record["destination"]),
        batch_size=4000 if record["kind"] == "batch" else 0,
        target=record["target"],
        **SETTINGS.get(record["name"], {}),
    )
    made = destination.request([None if event is None else text_of(event) for event in events_of(record)])
    assert made == WebhookRequest(
        record["method"],
        tuple((name, value) for name, value in record["headers"]),
        base64.b64decode(record["body_base64"]),
        record["target"],
    )


A, B = {"type": "track", "event": "A", "n": 25.0}, {"type": "track", "event": "B"}
TEXT_A, TEXT_B = b'{"type":"track","event":"A","n":25}', b'{"type":"track","event":"B"}'


def test_events_go_into_batches_as_large_as_they_may_be() -> None:
    destination = Destination(batch_size=2)
    assert [request.body for request in destination.requests([A, B, A])] == [
        b"[" + TEXT_A + b"," + TEXT_B + b"]",
        b"[" + TEXT_A + b"]",
    ]
    assert [request.body for request in Destination().requests([A, B])] == [TEXT_A, TEXT_B]


def test_signatures_of_today_and_of_the_proposal() -> None:
    body = b"[" + TEXT_A + b"," + TEXT_B + b"]"
    today = Destination(secret="k", batch_size=9).request([TEXT_A, TEXT_B])
    assert today.header("x-signature") == today.signature == sign("k", body)
    proposed = Destination(secret="k", batch_size=9, signing=Signing.PROPOSED).request([TEXT_A, TEXT_B])
    assert proposed.header("x-signature") is None
    assert proposed.header("X-Segment-Signature") == proposed.signature
    assert proposed.signature == sign("k", body, scope="body")  # type: ignore[arg-type]
    assert [name for name, _ in proposed.headers][:3] == ["user-agent", "x-segment-signature", "content-type"]


def test_another_secret_for_one_request() -> None:
    assert Destination(secret="k").request([TEXT_A], secret="old").signature == sign("old", TEXT_A)


def test_mapped_headers_replace_those_of_the_destination_in_their_place() -> None:
    request = Destination(
        secret="k", headers={"X-Signature": "mine", "Accept": "a/b", "X-B": "2", "X-A": "1", "User-Agent": "me"}
    ).request([TEXT_A])
    assert request.headers[:7] == (
        ("user-agent", "me"),
        ("x-signature", "mine"),
        ("accept", "a/b"),
        ("x-a", "1"),
        ("x-b", "2"),
        ("content-type", "application/json"),
        ("Content-Length", str(len(TEXT_A))),
    )


def test_a_mapped_length_is_corrected() -> None:
    assert Destination(headers={"content-length": "3"}).request([TEXT_A]).header("content-length") == str(len(TEXT_A))


def test_missing_data_is_null_in_a_batch_and_takes_the_signature_away_where_it_is_first() -> None:
    destination = Destination(secret="k", batch_size=9)
    second = destination.request([TEXT_A, None])
    assert second.body == b"[" + TEXT_A + b",null]"
    assert second.signature == sign("k", TEXT_A)
    assert destination.request([None, TEXT_A]).signature is None
    nothing = Destination(secret="k").request([None])
    assert (nothing.body, nothing.signature, nothing.header("content-type")) == (b"", None, None)
    assert nothing.header("content-length") == "0"


def test_batches_of_the_extensible_webhook_are_wrapped() -> None:
    destination = Destination(secret="k", batch_size=9, product=Product.EXTENSIBLE)
    request = destination.request([TEXT_A, None, TEXT_B])
    assert request.body == b'[{"json":' + TEXT_A + b'},null,{"json":' + TEXT_B + b"}]"
    assert request.signature == sign("k", TEXT_A)
    forms = Destination(batch_size=9, product=Product.EXTENSIBLE, headers={"content-type": FORM})
    assert forms.request([b'{"a":"1 ~*"}']).body == b'[{"body":"a=1+%7E*"}]'
    assert forms.request([b'{"a":1}']).header("content-type") == "application/json"


def test_a_form_of_values_that_are_no_texts() -> None:
    form = Destination(product=Product.EXTENSIBLE, headers={"content-type": FORM})
    body = form.request([b'{"a":1.5,"b":null,"c":true,"d":{"e":1},"f":[1,null,["x"]],"g":"\\ud800"}']).body
    assert body == b"a=1.5&b=null&c=true&d=%5Bobject+Object%5D&f=1%2C%2Cx&g=%EF%BF%BD"


def test_extras_of_an_audience_stand_last_and_are_not_signed() -> None:
    audience = Destination(secret="k", product=Product.AUDIENCES, extras={"list": "vip"})
    request = audience.request([TEXT_B])
    assert request.body == TEXT_B[:-1] + b',"list":"vip"}'
    assert request.signature == sign("k", TEXT_B)
    assert audience.request([b"{}"]).body == b'{"list":"vip"}'
    assert Destination(extras={"list": "vip"}).request([TEXT_B]).body == TEXT_B  # only an audience has extras


def test_classic_webhooks() -> None:
    request = Destination(secret="k", product=Product.CLASSIC).request([TEXT_A])
    assert request.header("user-agent") == "Segment.io/1.0"


def test_an_event_goes_out_with_its_bytes_and_what_goes_in_is_written_by_javascript() -> None:
    text = b'{ "n": 25.0 }'
    assert text_of(parse_event(text)) == text
    assert text_of(text) == text_of({"n": 25.0}) == b'{"n":25}'


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"method": "GET"}, "Segment sends POST, PUT or PATCH, not 'GET'"),
        ({"batch_size": 5000}, r"batch_size is 0 \(no batches\) to 4000"),
        ({"batch_size": -1}, r"batch_size is 0 \(no batches\) to 4000"),
        ({"headers": {"X-Name": "Zoë"}}, "the header 'X-Name' is not all ASCII: Segment would discard every event"),
        ({"secret": ""}, "the shared secret is empty"),
    ],
)
def test_settings_with_which_nothing_would_be_delivered(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Destination(**settings)


@pytest.mark.parametrize("event", [b"{", b"not json", 7, None])
def test_what_is_no_event(event: Any) -> None:
    with pytest.raises(ConfigurationError, match="an event is"):
        text_of(event)


def test_a_destination_shows_what_is_set_up_and_hides_what_may_be_secret() -> None:
    destination = Destination(secret="s3cr3t", method="PUT", headers={"X-Key": "k3y"}, authorization="Bearer t0ken")
    assert repr(destination) == "Destination(secret=…, method='PUT', headers=…, authorization=…)"
    assert repr(Destination()) == "Destination()"
