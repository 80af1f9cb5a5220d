"""What a failed expectation says.

First what was expected and what came of it; then, since that is the answer to "why", the call that Segment would have
thrown away; then the nearest calls with their differences; then what else came in. Everything is cut to a length that
can be read, and is the same in every run that records the same calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from segment_testing.differences import Near, difference_table, lost, nearest
from segment_testing.patterns import UNSAID, Pattern, payload_of
from segment_testing.recording import Call, Ledger, Rejection
from segment_testing.showing import (
    call_rows,
    cut,
    fate,
    label,
    plural,
    printable,
    rejection_line,
    sent_text,
    show,
    table,
)
from segment_testing.snapshots import snapshot_of

_CALLS, _REJECTIONS, _MATCHES = 10, 5, 5
"""How many are listed."""


class ExpectationFailed(AssertionError):  # noqa: N818  # as pytest and unittest say it
    """What came is not what was expected. The text tells the whole story; the parts of it are here too.

    `matched`: the calls that fitted. `nearest`: those that nearly did, best first. `rejected`: those that would have
    fitted, had Segment not thrown them away.
    """

    def __init__(
        self,
        message: str,
        *,
        matched: Sequence[Call] = (),
        nearest: Sequence[Call] = (),
        rejected: Sequence[Rejection] = (),
    ) -> None:
        super().__init__(message)
        self.matched = list(matched)
        self.nearest = list(nearest)
        self.rejected = list(rejected)


ExpectationFailed.__module__ = "segment_testing"  # what a test report begins with


def wrong_number(
    ledger: Ledger,
    pattern: Pattern,
    matched: Sequence[Call],
    expected: str,
    *,
    too_few: bool,
    hints: Sequence[str] = (),
) -> ExpectationFailed:
    """Too few calls fit, or too many. `expected`: how many it should have been, in words."""
    calls, rejections = ledger.calls, ledger.rejections
    found = f"{len(matched) or 'none'} among {plural(len(calls), 'call')}" if calls else "none: no call was recorded"
    lines = [f"expected {expected}, found {found}", *describe(pattern)]
    thrown_away = lost(rejections, pattern) if too_few else []
    near = nearest(pattern, calls) if too_few else []
    lines += _thrown_away(thrown_away)
    if too_few:
        lines += _dropped_as_duplicates(lost(ledger.duplicates, pattern))
    lines += _matched(matched)
    lines += _nearest("nearest:", near)
    shown = {*matched, *(each.call for each in near)}
    lines += _besides([call for call in calls if call not in shown], bool(shown))
    lines += _rejected(rejections, but=thrown_away)
    lines += _forgotten(ledger)
    lines += _hints(hints, nothing_came=not calls and not rejections)
    return ExpectationFailed(
        "\n".join(lines), matched=matched, nearest=[each.call for each in near], rejected=thrown_away
    )


def out_of_order(
    ledger: Ledger, patterns: Sequence[Pattern], found: Sequence[Call], hints: Sequence[str] = ()
) -> ExpectationFailed:
    """The first patterns were found as `found`, and the next one not behind them."""
    missing = patterns[len(found)]
    number = len(found) + 1
    behind = f" after number {number - 1}" if found else ""
    lines = [f"expected {len(patterns)} calls in this order; number {number} did not come{behind}:"]
    for index, pattern in enumerate(patterns):
        place = f"#{found[index].sequence}" if index < len(found) else ("missing" if index == len(found) else "-")
        lines.append(f"    {place:<8} {in_one_line(pattern)}")
    calls = ledger.calls
    earlier = [call for call in missing.select(calls) if call not in found]
    if earlier and found:
        lines += ["", "it came, but earlier:" if len(earlier) == 1 else "such calls came, but earlier:"]
        lines += table(call_rows(earlier[:_MATCHES]))
    thrown_away = lost(ledger.rejections, missing)
    lines += _thrown_away(thrown_away)
    near = [] if earlier else nearest(missing, calls)
    lines += _nearest("nearest to the missing one:", near)
    if calls:
        lines += ["", "the calls, in the order in which they came:", *_listed(calls)]
    lines += _rejected(ledger.rejections, but=thrown_away)
    lines += _forgotten(ledger)
    lines += _hints(hints, nothing_came=not calls and not ledger.rejections)
    return ExpectationFailed(
        "\n".join(lines), matched=found, nearest=[each.call for each in near], rejected=thrown_away
    )


def something_else(ledger: Ledger, unclaimed: Sequence[Call], claimed: int) -> ExpectationFailed:
    """There are calls that no expectation claims."""
    lines = [f"expected nothing else, found {plural(len(unclaimed), 'call')} that no expectation has claimed:"]
    lines += _listed(unclaimed)
    lines += ["", f"claimed: {plural(claimed, 'call')}" if claimed else "No expectation has claimed a call so far."]
    lines += _rejected(ledger.rejections)
    lines += _forgotten(ledger)
    return ExpectationFailed("\n".join(lines), matched=unclaimed)


def something_rejected(rejections: Sequence[Rejection]) -> ExpectationFailed:
    """There are rejections where there should be none."""
    lines = [f"expected no rejections, found {len(rejections):,}:"]
    for rejection in rejections[:_CALLS]:
        lines += [f"    {rejection_line(rejection)}", f"        {sent_text(rejection)}"]
    if len(rejections) > _CALLS:
        lines.append(f"    … and {len(rejections) - _CALLS:,} more")
    return ExpectationFailed("\n".join(lines), rejected=rejections)


def nothing_tested(unjudged: Sequence[str]) -> ExpectationFailed:
    """There are expectations without a last word."""
    advice = """\
an expectation without a last word tests nothing: put .once(), .times(n), .at_least(n) or .never() behind it
(and await it where it stands behind `eventually`)"""
    return ExpectationFailed("\n".join([advice, *(f"    {each}" for each in unjudged)]))


def describe(pattern: Pattern) -> list[str]:
    """A pattern in lines."""
    rows = [(keyword, show(value, 90)) for keyword, value in pattern.fields.items()]
    if pattern.where is not None:
        rows.append(("where", show(pattern.where)))
    return [f"    {_label(pattern)}", *(table(rows, 8) if rows else ())]


def in_one_line(pattern: Pattern) -> str:
    """A pattern in one line."""
    parts = [_label(pattern), *(f"{keyword} {show(value, 40)}" for keyword, value in pattern.fields.items())]
    if pattern.where is not None:
        parts.append(f"where {show(pattern.where)}")
    return cut("  ".join(parts), 110)


# ---- the parts


def _label(pattern: Pattern) -> str:
    kind = pattern.type or "any call"
    return kind if pattern.name is UNSAID else f"{kind} {show(pattern.name)}"


def _nearest(heading: str, found: Sequence[Near]) -> list[str]:
    lines = ["", heading] if found else []
    for each in found:
        lines += [f"    #{each.call.sequence} {label(each.call.type, each.call.name)}"]
        lines += difference_table(each.mismatches)
    return lines


def _matched(matched: Sequence[Call]) -> list[str]:
    if not matched:
        return []
    lines = ["", "these fit:", *table(call_rows(matched[:_MATCHES]))]
    if len(matched) > _MATCHES:
        lines.append(f"    … and {len(matched) - _MATCHES:,} more")
    if len(matched) > 1 and _same(matched[:_MATCHES]):
        lines.append("They differ in nothing but messageId and times: the code tracks the same thing more than once.")
    return lines


def _same(calls: Sequence[Call]) -> bool:
    first, *others = [_content(call) for call in calls]
    return all(other == first for other in others)


def _content(call: Call) -> dict[str, Any]:
    return snapshot_of([payload_of(call)])[0]


def _thrown_away(rejections: Sequence[Rejection]) -> list[str]:
    lines: list[str] = []
    for rejection in rejections[:_REJECTIONS]:
        what = "Segment would have thrown this call away" if rejection.silent else "this call was refused"
        told = f"{fate(rejection)} [{rejection.reason.value}]"
        lines += [
            "",
            f"{what}: {cut(printable(rejection.detail), 120)}",
            f"    {label(rejection.type, rejection.name)} to {rejection.reception.endpoint}, {told}",
            f"        {sent_text(rejection)}",
        ]
    if len(rejections) > _REJECTIONS:
        lines += ["", f"… and {len(rejections) - _REJECTIONS:,} more such calls"]
    return lines


def _dropped_as_duplicates(duplicates: Sequence[Rejection]) -> list[str]:
    if not duplicates:
        return []
    ids = ", ".join(sorted({show(each.message_id, 45) for each in duplicates})[:3])
    return [
        "",
        f"Segment would have dropped {plural(len(duplicates), 'such call')} that came again under messageId {ids}",
    ]


def _besides(calls: Sequence[Call], also: bool) -> list[str]:
    if not calls:
        return []
    return ["", "also came in:" if also else "came in:", *_listed(calls)]


def _listed(calls: Sequence[Call]) -> list[str]:
    if len(calls) <= _CALLS:
        return table(call_rows(calls)) if calls else []
    return [*table(call_rows(calls[:_CALLS])), f"    … and {len(calls) - _CALLS:,} more"]


def _rejected(rejections: Sequence[Rejection], but: Sequence[Rejection] = ()) -> list[str]:
    shown = set(map(id, but))
    rejections = [rejection for rejection in rejections if id(rejection) not in shown]
    if not rejections:
        return []
    lines = ["", "rejected:", *(f"    {rejection_line(rejection)}" for rejection in rejections[:_REJECTIONS])]
    if len(rejections) > _REJECTIONS:
        lines.append(f"    … and {len(rejections) - _REJECTIONS:,} more")
    return lines


def _forgotten(ledger: Ledger) -> list[str]:
    if not ledger.forgotten:
        return []
    return ["", f"{plural(ledger.forgotten, 'older call')} had been forgotten: raise FakeSettings.max_calls"]


def _hints(hints: Sequence[str], *, nothing_came: bool) -> list[str]:
    lines = ["", *hints] if hints else []
    if nothing_came and not hints:
        lines += [
            "",
            "Does the code under test send to this fake? SDKs send in the background: flush the SDK first, or",
        ]
        lines += ["wait with within=…"]
    elif nothing_came:
        lines += ["Does the code under test send to this fake?"]
    return lines
