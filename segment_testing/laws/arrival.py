"""What arrives again, or in another order, must not matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from segment_hooks import Event
from segment_testing.delivery.destination import Destination
from segment_testing.delivery.history import History
from segment_testing.delivery.targets import Target
from segment_testing.laws.searching import Events, Settings, drawn_already, lists_of_events, search
from segment_testing.laws.subject import Observe, Reset, Subject
from segment_testing.laws.words import broken, calmly, happened
from segment_testing.strategies import delivery_histories


def check_idempotent(
    app: Target,
    events: Events | None = None,
    *,
    observe: Observe,
    reset: Reset,
    secret: str | bytes | None = None,
    destination: Destination | None = None,
    settings: Settings = None,
) -> None:
    """What comes again must change nothing: Segment delivers at least once, and again after a lost answer.

    Raises `LawBroken` with the smallest history of repeats whose effects are not those of each event once.
    """
    histories = delivery_histories(lists_of_events(events).map(list), reorderings=False, regroupings=False)
    with Subject(app, observe=observe, reset=reset, secret=secret, destination=destination) as subject:

        def law(history: History) -> None:
            __tracebackhide__ = True
            _same_effects(
                subject,
                history,
                "check_idempotent: an event that comes again has effects again.",
                "Segment delivers an event again whenever it has not heard an answer. The id stays the same: remember "
                "event.message_id, in the same transaction as the effect, and do nothing for one that is known.",
            )

        search(law, histories, settings, _each(drawn_already(events), _repeats))


def check_order_insensitive(
    app: Target,
    events: Events | None = None,
    *,
    observe: Observe,
    reset: Reset,
    secret: str | bytes | None = None,
    destination: Destination | None = None,
    settings: Settings = None,
) -> None:
    """The order of arrival must not matter: Segment guarantees none.

    Raises `LawBroken` with the smallest history in another order whose effects are not those of the right order.
    """
    histories = delivery_histories(lists_of_events(events).map(list), repeats=False, regroupings=False)
    with Subject(app, observe=observe, reset=reset, secret=secret, destination=destination) as subject:

        def law(history: History) -> None:
            __tracebackhide__ = True
            _same_effects(
                subject,
                history,
                "check_order_insensitive: the order in which events arrive changes their effects.",
                "Segment guarantees no order. Let the time of the event decide, not that of its arrival: compare "
                "event.timestamp with that of what is stored, and leave alone what is newer.",
            )

        search(law, histories, settings, _each(drawn_already(events), _reorderings))


def _repeats(count: int) -> Iterator[tuple[int, ...]]:
    yield from ((*range(count), *range(count)), tuple(place for place in range(count) for _ in range(2)))


def _reorderings(count: int) -> Iterator[tuple[int, ...]]:
    yield tuple(reversed(range(count)))
    for place in range(1, count):
        yield (*range(place - 1), place, place - 1, *range(place + 1, count))


def _each(events: tuple[Event, ...] | None, orders: Callable[[int], Iterator[tuple[int, ...]]]) -> list[History] | None:
    """The histories in which these events come in each of those orders, where the test has drawn them itself."""
    if events is None:
        return None
    return [History(events, tuple((place,) for place in order)) for order in orders(len(events))]


def _same_effects(subject: Subject, history: History, law: str, advice: str) -> None:
    __tracebackhide__ = True
    calm = History.calm(history.events)
    if history.deliveries == calm.deliveries:
        return
    expected = subject.run(calm)
    run = subject.run(history)
    if run.effects != expected.effects:
        raise broken(law, happened("Delivered:", run), calmly(expected), advice=advice)
