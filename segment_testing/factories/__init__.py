"""Made-up events for tests, with one call each: realistic, seeded, and nobody's real data.

    from segment_testing import factories

    factories.track("Order Completed", order_id="o1")          a Track as a webhook brings it
    factories.calls.track("Order Completed", order_id="o1")    the dict that an SDK sends
    factories.batch(100)                                       events of several users
    factories.user().history()                                 what one user did, in order

The functions here are those of one `Factories()` for the whole process, so what they make depends on what was made
before. A test that looks at made-up values makes its own: `Factories(seed=7)`. What the arguments are, is in `events`.
"""

from collections.abc import Iterable

from segment_hooks import Event
from segment_testing.factories.events import Calls, Events
from segment_testing.factories.factory import Factories, FactoryCalls
from segment_testing.factories.people import Company, Person
from segment_testing.factories.users import User, UserCalls
from segment_testing.factories.values import ABSENT

_default = Factories()

track = _default.track
identify = _default.identify
group = _default.group
page = _default.page
screen = _default.screen
alias = _default.alias
delete = _default.delete
batch = _default.batch
user = _default.user
calls = _default.calls


def body(events: Event | Iterable[Event]) -> bytes:
    """The body of the request in which a webhook brings one event, or a batch of them."""
    if isinstance(events, Event):
        return events.raw
    return b"[" + b",".join(event.raw for event in events) + b"]"


__all__ = [
    "ABSENT",
    "Calls",
    "Company",
    "Events",
    "Factories",
    "FactoryCalls",
    "Person",
    "User",
    "UserCalls",
    "alias",
    "batch",
    "body",
    "calls",
    "delete",
    "group",
    "identify",
    "page",
    "screen",
    "track",
    "user",
]
