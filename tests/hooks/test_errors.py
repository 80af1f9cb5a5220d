"""Errors as values: the tree, the words, and the way to another process."""

from __future__ import annotations

import copy
import pickle

import pytest

from segment_hooks import (
    ConfigurationError,
    DropEvent,
    EventNotSupported,
    HandlerSignal,
    InvalidEventPayload,
    PayloadError,
    RegistrationError,
    RetryError,
    SegmentHooksError,
    SignatureError,
    SignatureFailure,
    ValidationError,
    WebhookError,
)

ERRORS = [
    *(SignatureError(reason) for reason in SignatureFailure),
    PayloadError("expected a value"),
    PayloadError("expected a value", path="$[3].type", position=17),
    RetryError("the database is away", retry_after=2.5),
    *(kind("words") for kind in (ConfigurationError, RegistrationError, DropEvent, EventNotSupported, ValidationError)),
]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_an_error_is_the_same_in_another_process(error: SegmentHooksError) -> None:
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is type(error)
        assert str(other) == str(error) != ""
        assert vars(other) == vars(error)


def test_every_reason_to_refuse_a_signature_has_words_of_its_own() -> None:
    assert len({str(SignatureError(reason)) for reason in SignatureFailure}) == len(SignatureFailure)


def test_a_payload_error_says_what_is_wrong_and_where() -> None:
    assert str(PayloadError("no value", path="$.a", position=7)) == "no value at $.a (byte 7)"
    assert str(PayloadError("no value", path="$.a", position=0)) == "no value at $.a (byte 0)"
    assert str(PayloadError("no value")) == "no value at $"


@pytest.mark.parametrize(
    ("kind", "bases"),
    [
        (RegistrationError, [ConfigurationError, TypeError, ValueError]),
        (SignatureError, [WebhookError]),
        (PayloadError, [WebhookError]),
        (ValidationError, [InvalidEventPayload, HandlerSignal]),
        (RetryError, [HandlerSignal]),
        (DropEvent, [HandlerSignal]),
        (EventNotSupported, [HandlerSignal]),
    ],
)
def test_every_error_can_be_caught_by_its_family(kind: type[Exception], bases: list[type[Exception]]) -> None:
    assert all(issubclass(kind, base) for base in [*bases, SegmentHooksError])


@pytest.mark.parametrize("seconds", [-1, float("inf"), float("nan"), -0.001])
def test_a_wait_that_no_header_can_carry_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="retry_after"):
        RetryError(retry_after=seconds)


@pytest.mark.parametrize("seconds", [None, 0, 0.5, 3600])
def test_any_other_wait_is_kept(seconds: float | None) -> None:
    assert RetryError("later", retry_after=seconds).retry_after == seconds
