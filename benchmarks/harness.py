"""How everything here is measured, and the plain values that results are.

Contenders take turns within one process: A B C, then C B A, then B C A, … so that a change in the speed of the machine
meets all of them alike. In each round every contender's time is set against the floor's of the *same* round; what is
reported is the median of those ratios over all rounds, with its quartiles. Nothing ever asserts a time.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

RESULTS = Path(__file__).parent / "results"

Contender = Callable[[int], object]
"""Does its work as often as it is told to."""


class Row(msgspec.Struct, frozen=True):
    """One contender. `ratio` is its speed against the floor's: 1 is as fast, 0.5 takes twice as long."""

    name: str
    value: float
    """Median over the rounds, in the unit of the table."""
    ratio: float
    low: float
    """Lower quartile of the ratio."""
    high: float
    """Upper quartile of the ratio."""
    reach: float | None = None
    """The figure that the ratio is to reach, where there is one."""
    at_most: bool = False
    """Whether less is better: the ratio is time over time."""

    @property
    def met(self) -> bool | None:
        """Whether the figure is reached; not rounded."""
        if self.reach is None:
            return None
        return self.ratio <= self.reach if self.at_most else self.ratio >= self.reach

    @property
    def figure(self) -> str:
        """The figure to reach, in words."""
        return "" if self.reach is None else f"{'<=' if self.at_most else '>='} {self.reach:.2f}"


class Table(msgspec.Struct, frozen=True):
    """One comparison: the first row is the floor."""

    title: str
    unit: str
    rows: list[Row]
    note: str = ""


class Result(msgspec.Struct, frozen=True):
    """What one benchmark found, and where."""

    benchmark: str
    machine: str
    versions: dict[str, str]
    rounds: int
    tables: list[Table]


def measure(
    contenders: Mapping[str, Contender], *, rounds: int, slice_seconds: float = 0.001
) -> dict[str, list[float]]:
    """Seconds of CPU for one call of each contender, in every round.

    CPU of the thread rather than the clock on the wall, so that what else runs on the machine counts for nobody. The
    garbage collector is on, as in a service, and has just run when a contender's turn begins.
    """
    counts = {name: _calls_in(contender, slice_seconds) for name, contender in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    gc.collect()
    gc.freeze()  # so that it is quick to collect between turns, whatever has been imported
    for order in rotations(list(contenders), rounds):
        for name in order:
            gc.collect()
            times[name].append(_time(contenders[name], counts[name]) / counts[name])
    gc.unfreeze()
    return times


def rotations(names: Sequence[str], rounds: int) -> Iterator[Sequence[str]]:
    """An order for each round: another one goes first each time, and every other round runs backwards."""
    for number in range(rounds):
        shift = number // 2 % len(names)
        order = [*names[shift:], *names[:shift]]
        yield order if number % 2 == 0 else order[::-1]


def compare(
    title: str,
    times: Mapping[str, Sequence[float]],
    *,
    floor: str,
    reach: Mapping[str, float] | None = None,
    unit: str = "us",
    scale: float = 1e6,
    at_most: bool = False,
    note: str = "",
) -> Table:
    """The table of what was measured, with ratios to the contender called `floor`.

    `reach`: figures to reach. `at_most`: the ratio is time over the floor's time, so that less is better, instead of
    speed over the floor's speed.
    """
    rows = []
    for name, values in times.items():
        pairs = zip(values, times[floor], strict=True)
        ratios = [mine / base if at_most else base / mine for mine, base in pairs]
        low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
        value = statistics.median(values) * scale
        rows.append(Row(name, value, middle, low, high, (reach or {}).get(name), at_most))
    rows.sort(key=lambda row: row.name != floor)
    return Table(title, unit, rows, note)


def _calls_in(contender: Contender, seconds: float) -> int:
    count = 1
    while (taken := _time(contender, count)) < seconds / 4:
        count *= 2
    return max(1, round(count * seconds / taken))


def _time(contender: Contender, count: int) -> float:
    start = time.thread_time_ns()
    contender(count)
    return (time.thread_time_ns() - start) / 1e9
