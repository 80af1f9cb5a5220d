"""What Segment throws away without a word, by its own codes; and what it takes, odd as it may be."""

from __future__ import annotations

from typing import Any

import pytest

from segment_testing.recording import Reason
from tests.testing.fake.asking import batch, fake, post

GOOD: dict[str, dict[str, Any]] = {
    "track": {"userId": "u", "event": "E"},
    "identify": {"userId": "u"},
    "page": {"userId": "u"},
    "screen": {"userId": "u"},
    "group": {"userId": "u", "groupId": "g"},
    "alias": {"userId": "u", "previousId": "p"},
}
NO_OBJECTS = ["", "x", 0, 1.5, True, [], [{}]]
NO_TEXTS = [0, 1, 1.5, True, False, [], {}, ["x"]]


def verdict(call: dict[str, Any]) -> Reason | None:
    """Why the call is thrown away, alone and between two others that change nothing about it."""
    alone, between = fake(), fake()
    post(alone, f"/v1/{call['type']}", {**call, "writeKey": "wk"})
    good = {"type": "track", **GOOD["track"]}
    post(between, "/v1/batch", batch(good, call, good))
    found = [rejection.reason for rejection in alone.ledger.rejections]
    assert [rejection.reason for rejection in between.ledger.rejections] == found
    assert len(alone.ledger) == 1 - len(found)
    assert len(between.ledger) == 3 - len(found)
    assert all(rejection.silent for rejection in alone.ledger.rejections)
    return found[0] if found else None


def call(kind: str, **changes: Any) -> dict[str, Any]:
    """A good call with changes; None takes a member away, `NULL` makes it null."""
    members = {"type": kind, **GOOD[kind], **changes}
    return {name: None if value is NULL else value for name, value in members.items() if value is not None}


NULL = object()

TAKEN = [
    *(call(kind) for kind in GOOD),
    *(call(kind, userId=None, anonymousId="a") for kind in GOOD if kind != "alias"),
    *(call(kind, anonymousId=NULL) for kind in GOOD),
    *(call(kind, userId=NULL, anonymousId="a") for kind in GOOD if kind != "alias"),
    *(call(kind, context=value) for kind in GOOD for value in (NULL, [], "x", 5, {"device": 5}, {"device": None})),
    *(call(kind, integrations=value) for kind in GOOD for value in (NULL, [], False)),
    *(call(kind, name=value, category=value) for kind in ("page", "screen") for value in (NULL, "", "N")),
    *(call(kind, properties=value) for kind in ("track", "page", "screen") for value in (NULL, {}, {"a": [1]})),
    *(call(kind, traits=value) for kind in ("identify", "group") for value in (NULL, {}, {"a": [1]})),
    # what another type of call would have to have right
    call("identify", event=5, name=5, category=5, properties=5, groupId=5, previousId=5),
    call("track", name=5, category=5, traits=5, groupId=5, previousId=5),
    call("page", event=5, traits=5, groupId=5, previousId=5),
    call("group", properties=5, event="", previousId=5),
    call("alias", userId="same", previousId="same", traits=5, properties=5, name=5, groupId=5),
    call("track", sentAt=5, timestamp=5, email="x", version="1.1", channel=[], writeKey=5, event="\ud83d"),
    call("track", properties={"huge": 10**400, "deep": [[[[[[]]]]]]}, event=" "),
    call("track", context={"device": {"advertisingId": None}}),
]


@pytest.mark.parametrize("kind", GOOD)
def test_is_taken(kind: str) -> None:
    calls = [call for call in TAKEN if call["type"] == kind]
    assert len(calls) > 10
    assert [call for call in calls if verdict(call) is not None] == []


LOST: list[tuple[Reason, dict[str, Any]]] = [
    *((Reason.ID_REQUIRED, call(kind, userId=value)) for kind in GOOD for value in (None, NULL)),
    *((Reason.ID_REQUIRED, call(kind, userId=NULL, anonymousId=NULL)) for kind in GOOD),
    (Reason.ID_REQUIRED, call("alias", userId=None, anonymousId="a")),
    *((Reason.ID_NOT_STRING, call(kind, userId=value)) for kind in GOOD for value in ["", *NO_TEXTS]),
    *((Reason.ID_NOT_STRING, call(kind, anonymousId=value)) for kind in GOOD for value in ["", *NO_TEXTS]),
    *((Reason.EVENT_NOT_DEFINED, call("track", event=value)) for value in (None, NULL, "")),
    *((Reason.EVENT_NOT_STRING, call("track", event=value)) for value in NO_TEXTS),
    *((Reason.GROUP_ID_REQUIRED, call("group", groupId=value)) for value in (None, NULL, "")),
    *((Reason.ID_NOT_STRING, call("group", groupId=value)) for value in NO_TEXTS),
    *((Reason.PREVIOUS_ID_REQUIRED, call("alias", previousId=value)) for value in (None, NULL, "")),
    *((Reason.ID_NOT_STRING, call("alias", previousId=value)) for value in NO_TEXTS),
    *((Reason.NAME_NOT_STRING, call(kind, name=value)) for kind in ("page", "screen") for value in NO_TEXTS),
    *((Reason.CATEGORY_NOT_STRING, call(kind, category=value)) for kind in ("page", "screen") for value in NO_TEXTS),
    *(
        (Reason.PROPERTIES_NOT_OBJECT, call(kind, properties=value))
        for kind in ("track", "page", "screen")
        for value in NO_OBJECTS
    ),
    *((Reason.TRAITS_NOT_OBJECT, call(kind, traits=value)) for kind in ("identify", "group") for value in NO_OBJECTS),
    *(
        (Reason.ADVERTISING_ID_NOT_STRING, call(kind, context={"device": {"advertisingId": value}}))
        for kind in GOOD
        for value in NO_TEXTS
    ),
    # half of a pair of surrogates makes no difference
    (Reason.ID_REQUIRED, call("track", userId=None, event="\ud83d")),
    (Reason.EVENT_NOT_DEFINED, call("track", event=None, properties={"\ud83d": 1})),
]


@pytest.mark.parametrize("reason", sorted({reason for reason, _ in LOST}))
def test_is_lost(reason: Reason) -> None:
    calls = [call for because, call in LOST if because is reason]
    assert len(calls) >= 3
    assert [(call, verdict(call)) for call in calls if verdict(call) is not reason] == []


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        (None, "a call in a batch needs `type`, one of track, identify, page, screen, group, alias"),
        (5, "a call in a batch needs `type`, one of track, identify, page, screen, group, alias"),
        ("Track", "`type` is 'Track'; Segment takes track, identify, page, screen, group, alias"),
        ("delete", "`type` is 'delete'; Segment takes track, identify, page, screen, group, alias"),
        ("", "`type` is ''; Segment takes track, identify, page, screen, group, alias"),
        ("\ud83d", r"`type` is '\ud83d'; Segment takes track, identify, page, screen, group, alias"),
    ],
)
def test_in_a_batch_a_type_is_needed(kind: object, detail: str) -> None:
    api = fake()
    assert post(api, "/v1/batch", batch({"type": kind, "userId": "u", "event": "E"})).status == 200
    assert [(r.reason, r.detail) for r in api.ledger.rejections] == [(Reason.TYPE_UNKNOWN, f"batch[0]: {detail}")]


def test_a_rejection_says_what_it_knows() -> None:
    api = fake()
    post(api, "/v1/batch", batch(call("page", name="Home", userId=7, messageId="m7")))
    (rejection,) = api.ledger.rejections
    assert (rejection.type, rejection.name, rejection.message_id) == ("page", "Home", "m7")
    assert rejection.detail == "batch[0]: `userId` is no string: ids are text, numbers included"
    assert b'"userId": 7' in rejection.sent
    assert "userId" in repr(rejection)
    assert "wk" not in repr(rejection.reception)
