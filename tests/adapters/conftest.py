"""The receivers and the clients of the conformance suite, each made once a module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.adapters.calls import Client
from tests.adapters.frameworks import ADAPTERS
from tests.adapters.receivers import Subject, make_subject


@pytest.fixture(scope="module", params=["plain", "coroutines"])
def subject(request: pytest.FixtureRequest) -> Subject:
    """A receiver."""
    return make_subject(coroutines=request.param == "coroutines")


@pytest.fixture(scope="module", params=ADAPTERS)
def client(request: pytest.FixtureRequest, subject: Subject) -> Iterator[Client]:
    """A client of the receiver through one of the adapters."""
    with ExitStack() as closing:
        yield ADAPTERS[request.param](subject.receiver, closing)
