"""All of it at once, as a state machine that Hypothesis drives and that users extend.

class WarehouseMachine(WebhookMachine):
    app = app
    secret = SECRET
    events = tracks("Order Completed")

    def reset(self): warehouse.clear()
    def observe(self): return warehouse.shipments

TestWarehouse = WarehouseMachine.TestCase
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from segment_hooks import Event
from segment_testing.delivery.history import History
from segment_testing.delivery.rules import Answer, Verdict, verdict
from segment_testing.delivery.targets import Target
from segment_testing.laws.searching import SLOW_IS_FINE
from segment_testing.laws.subject import Run, Subject
from segment_testing.laws.words import broken, calmly, happened
from segment_testing.strategies import tracks


class WebhookMachine(RuleBasedStateMachine):
    """Events happen, and are delivered: alone or in batches, in any order, again, and again after an error. In the end
    the effects must be those of each event once, in order.

    `app`, `secret`: the service. `events`: a strategy for single events. `reorders`, `repeats`, `regroups`: what
    Segment does to their delivery; set one to False for a service that need not stand it. Rules of your own see
    `self.happened`, the events so far, and send with `self.deliver([…])`. `TestCase.settings` are Hypothesis' own, with
    eight steps a run.
    """

    app: ClassVar[Target]
    secret: ClassVar[str | bytes | None] = None
    events: ClassVar[st.SearchStrategy[Any]] = tracks(odd=False)
    reorders: ClassVar[bool] = True
    repeats: ClassVar[bool] = True
    regroups: ClassVar[bool] = True

    @abstractmethod
    def reset(self) -> Any:
        """Make the service as new."""

    @abstractmethod
    def observe(self) -> Any:
        """The effects, as a value that can be compared and shown."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # what breaks a law is short, and many steps take long to make fewer
        cls.TestCase.settings = hypothesis.settings(
            deadline=None, stateful_step_count=8, suppress_health_check=SLOW_IS_FINE
        )

    def __init__(self) -> None:
        super().__init__()
        self.subject = Subject(type(self).app, observe=self.observe, reset=self.reset, secret=self.secret)
        self.subject.__enter__()
        self.happened: list[Event] = []
        """The events so far, in the order in which they happened."""
        self._waiting: list[int] = []
        """Places in `happened` of those that are not delivered."""
        self._deliveries: list[tuple[int, ...]] = []
        self._answers: list[Answer] = []

    def deliver(self, places: list[int]) -> Answer:
        """Deliver the events with these places in `happened`, in one request."""
        answer = self.subject.send([self.happened[place] for place in places])
        self._deliveries.append(tuple(places))
        self._answers.append(answer)
        if verdict(answer) is not Verdict.RETRY:
            self._waiting = [place for place in self._waiting if place not in places]
        return answer

    @initialize()
    def _begin(self) -> None:
        self.subject.reset()

    @rule(data=st.data())
    def an_event_happens(self, data: st.DataObject) -> None:
        """Something happens, and is yet to be delivered."""
        event = data.draw(self.events, label="event")
        if all(event.message_id is None or event.message_id != other.message_id for other in self.happened):
            self._waiting.append(len(self.happened))
            self.happened.append(event)

    @precondition(lambda self: self._waiting)
    @rule(data=st.data())
    def some_are_delivered(self, data: st.DataObject) -> None:
        """One of those that wait is delivered, or several in a batch."""
        most = len(self._waiting) if self.regroups else 1
        order = data.draw(st.permutations(self._waiting), label="order") if self.reorders else self._waiting
        self.deliver(list(order[: data.draw(st.integers(1, most), label="how many")]))

    @precondition(lambda self: self.repeats and self._deliveries)
    @rule(data=st.data())
    def one_comes_again(self, data: st.DataObject) -> None:
        """The acknowledgement of an earlier delivery was lost."""
        self.deliver(list(data.draw(st.sampled_from(self._deliveries), label="again")))

    def teardown(self) -> None:
        """Deliver what still waits, and compare."""
        try:
            for _ in range(3):  # what is answered so that Segment tries again, is tried again
                for place in [*self._waiting]:
                    self.deliver([place])
            if self.happened:
                self._compare()
        finally:
            self.subject.__exit__(None, None, None)

    def _compare(self) -> None:
        history = History(tuple(self.happened), tuple(self._deliveries))
        effects = self.subject.effects()
        expected = self.subject.run(History.calm(history.events))
        if effects != expected.effects:
            raise broken(
                "WebhookMachine: how events are delivered changes their effects.",
                happened("Delivered:", Run(history, self._answers, effects)),
                calmly(expected),
                advice="Remember event.message_id together with the effect, and let event.timestamp decide what is "
                "newer.",
            )
