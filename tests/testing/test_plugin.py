"""The pytest plugin, in projects of their own: their tests, their configuration, their reports."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from tests.testing.projects import SENDING, only_this_plugin, run

pytest_plugins = ["pytester"]
__all__ = ["only_this_plugin"]

HEAVY = [
    "anyio",
    "asyncio",
    "cryptography",
    "httpx",
    "hypothesis",
    "msgspec",
    "rich",
    "segment_hooks",
    "starlette",
    "trio",
]


def test_it_is_found_by_pytest() -> None:
    (plugin,) = entry_points(group="pytest11", name="segment_testing")
    assert plugin.value == "segment_testing.plugin"


def test_importing_it_loads_nothing_heavy() -> None:
    code = f"import pytest, segment_testing.plugin, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_session_without_its_fixtures_loads_nothing_heavy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        import sys
        def test():
            assert [name for name in {HEAVY} if name in sys.modules] == []
        """
    )
    pytester.runpytest_subprocess("-p", "segment_testing.plugin").assert_outcomes(passed=1)


# ---- a fake in the process


def test_passing_and_failing(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        def test_passes(segment):
            send(segment, "Order Completed")
            segment.expect.track("Order Completed", user_id="u1").once()
            segment.expect.nothing_else()

        def test_fails(segment):
            send(segment, "Order completed")
            segment.expect.track("Order Completed", user_id="u1").once()
        """.replace("\n        ", "\n"),
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            '>*segment.expect.track("Order Completed", user_id="u1").once()',
            "E*segment_testing.ExpectationFailed: expected exactly one such call, found none among 1 call",
            'E*event*"Order Completed"*"Order completed"*differs in upper and lower case only',
            "*test_passing_and_failing.py:*ExpectationFailed",
            "*segment: what was recorded*",
            '#0  track "Order completed"  user_id "u1"',
        ]
    )
    result.stdout.no_fnmatch_line("*def once*")  # the line of the test is what is shown


def test_every_test_has_a_fake_of_its_own(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
@pytest.mark.parametrize("n", range(3))
def test(segment, n):
    assert segment.calls == [] and not segment.faults
    segment.faults.add(faults.status(500).after(1))
    send(segment, "A")
    segment.expect.track("A").once()
""",
    ).assert_outcomes(passed=3)


def test_an_expectation_without_a_last_word_fails_the_test(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test(segment):
    segment.expect.track("A")

def test_that_has_failed_already(segment):
    segment.expect.track("A")
    assert 0
""",
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["an expectation without a last word tests nothing*", '    *.py:*: track "A"'])
    failures = str(result.stdout).partition("short test summary")[0]  # which tells it again in CI
    assert failures.count("(and await it") == 1  # for the first one only


STRICT = """
def test_strict(segment):
    send(segment, "A", user=None)

def test_nothing_rejected(segment):
    send(segment, "A")

@pytest.mark.segment(strict=False)
def test_lenient(segment):
    send(segment, "A", user=None)

@pytest.mark.segment(faults=[faults.status(500)])
def test_what_it_asked_for(segment):
    send(segment, "A")
"""


@pytest.mark.parametrize(
    "how",
    [
        "\npytestmark = pytest.mark.segment(strict=True)\n",
        "\n@pytest.fixture\ndef segment_settings():\n    return FakeSettings(strict=True)\n",
    ],
)
def test_strictness_by_marker_and_by_settings(pytester: pytest.Pytester, how: str) -> None:
    result = run(pytester, how + STRICT)
    result.assert_outcomes(passed=4, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_strict*",
            "expected no rejections, found 1:",
            '    track "A": *neither `userId` nor `anonymousId` is given [[]id_required[]], answered 200',
            "*segment: what was recorded*",
            "no call was recorded",
            "rejected:",
        ]
    )


def test_what_is_sent_while_other_fixtures_end_is_judged_too(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
@pytest.fixture
def sdk(segment):
    yield
    send(segment, "A", user=None)

@pytest.mark.segment(strict=True)
def test(sdk):
    pass
""",
    ).assert_outcomes(passed=1, errors=1)


def test_the_marker_sets_the_fake_up(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
@pytest.mark.segment(write_keys={"wk"}, max_calls=7)
class TestThese:
    def test_settings(self, segment):
        assert segment.settings == FakeSettings(write_keys={"wk"}, max_calls=7)

    @pytest.mark.segment(write_keys={"other"}, faults=[faults.status(503).times(1)])
    def test_the_closest_wins(self, segment):
        assert segment.settings == FakeSettings(write_keys={"other"}, max_calls=7)
        assert send(segment, "A").status == 503
        send(segment, "A")
        assert [rejection.reason for rejection in segment.rejected] == ["fault", "unknown_source"]
""",
    ).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("strickt=True", "*takes no strickt; it takes faults, leak_guard, write_keys, strict*"),
        ("True", "*takes keywords only*"),
        ("max_calls=0", "*max_calls is a number above zero*"),
    ],
)
def test_a_wrong_marker_says_so(pytester: pytest.Pytester, marker: str, said: str) -> None:
    result = run(pytester, f"\n@pytest.mark.segment({marker})\ndef test(segment): pass\n")
    assert result.ret != 0
    result.stdout.fnmatch_lines([said])


def test_a_test_that_passes_or_has_no_fake_shows_nothing(pytester: pytest.Pytester) -> None:
    result = run(pytester, "\ndef test(segment): send(segment, 'A')\ndef test_other(): assert 0\n", "-rA")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.no_fnmatch_line("*what was recorded*")


# ---- a fake on a port


def test_a_server_outlives_the_test_and_what_it_recorded_does_not(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
import urllib.request
urls = set()

def post(url, event):
    body = json.dumps({"event": event, "userId": "u1", "writeKey": "wk"}).encode()
    with urllib.request.urlopen(url + "/v1/track", body, timeout=10) as answer:
        return answer.status

@pytest.mark.parametrize("n", range(3))
def test(segment_server, n):
    assert segment_server.calls == [] and not segment_server.faults
    assert segment_server.url == f"http://127.0.0.1:{segment_server.port}"
    urls.add(segment_server.url)
    assert post(segment_server.url, "A") == 200
    segment_server.faults.add(faults.status(500).after(5))
    segment_server.expect.track("A").once(within=10)
    segment_server.expect.nothing_else()

@pytest.mark.segment(strict=True)
def test_strictness_needs_no_other_server(segment_server):
    urls.add(segment_server.url)

def test_one_server():
    assert len(urls) == 1

@pytest.mark.segment(write_keys={"other"})
def test_other_settings_do(segment_server):
    assert segment_server.url not in urls
    post(segment_server.url, "A")
    assert [rejection.reason for rejection in segment_server.rejected] == ["unknown_source"]

@pytest.mark.segment(strict=True)
def test_strict(segment_server):
    send(segment_server, "A", user=None)

def test_after_a_failure(segment_server):
    assert segment_server.rejected == []

def test_both(segment, segment_server):
    send(segment, "A")
    send(segment_server, "B")
    assert [call.name for call in (*segment.calls, *segment_server.calls)] == ["A", "B"]
    assert 0
""",
    ).assert_outcomes(passed=8, failed=1, errors=1)


CLIENT = """
def check(client, fake):
    client.event.track(user_id="u1", event="Order Completed", properties={"revenue": 10})
    assert client.flush(timeout=10)
    fake.expect.track("Order Completed", user_id="u1", properties={"revenue": 10}).once()
    fake.expect.nothing_else()

def test_in_process(segment_client, segment):
    check(segment_client, segment)
    assert segment.calls[0].reception.write_key == "test-write-key"

def test_in_process_from_the_other_side(segment, segment_client):
    check(segment_client, segment)

def test_served(segment_client, segment_server):
    check(segment_client, segment_server)

@pytest.mark.segment(write_keys={"wk2", "wk1"})
def test_a_key_that_is_known(segment_client, segment):
    check(segment_client, segment)
    assert segment.calls[0].reception.write_key == "wk1"

@pytest.mark.segment(faults=[faults.status(500).times(1)])
def test_a_fault(segment_client, segment):
    check(segment_client, segment)
    assert len(segment.rejected) == 1

@pytest.mark.segment(strict=True)
def test_what_is_left_is_sent_before_the_fake_is_judged(segment_client, segment):
    segment_client.event.track(user_id="u1", event="A")
    seen.append(segment)

seen = []

def test_it_was_sent():
    assert [call.name for call in seen[0].calls] == ["A"]
"""


def test_a_client(pytester: pytest.Pytester) -> None:
    run(pytester, CLIENT).assert_outcomes(passed=7)


# ---- async tests


ASYNC = """
import threading

async def test(segment):
    thread = threading.Timer(0.01, send, args=(segment, "A"))
    thread.start()
    event = await segment.expect.track("A").eventually.once(within=10)
    thread.join()
    assert event.user_id == "u1"

async def test_unjudged(segment):
    segment.expect.track("A")

async def test_served(segment_server):
    send(segment_server, "A")
    await segment_server.expect.eventually.in_order(
        segment_server.expect.track("A"), segment_server.expect.track("B"), within=0.01
    )
"""


def test_asyncio(pytester: pytest.Pytester) -> None:
    ini = (
        "-p",
        "pytest_asyncio.plugin",
        "-o",
        "asyncio_mode=auto",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
    )
    run(pytester, ASYNC, *ini).assert_outcomes(passed=1, failed=2)


def test_anyio(pytester: pytest.Pytester) -> None:
    run(pytester, "\npytestmark = pytest.mark.anyio\n" + ASYNC, "-p", "anyio.pytest_plugin").assert_outcomes(
        passed=2, failed=4
    )


def test_xdist(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        SENDING
        + """
@pytest.mark.parametrize("n", range(6))
def test(segment, segment_server, n):
    send(segment, "A")
    send(segment_server, "B")
    segment_server.expect.track("B").once()
    segment.expect.track("A" if n else "C").once()
"""
    )
    result = pytester.runpytest_subprocess("-p", "segment_testing.plugin", "-p", "xdist", "-n", "2")
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["*segment: what was recorded*", '#0  track "A"  user_id "u1"'])
