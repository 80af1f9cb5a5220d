"""The leak guard as the plugin sets it up, in projects of their own."""

from __future__ import annotations

import pytest

from tests.testing.projects import SENDING, only_this_plugin, run

pytest_plugins = ["pytester"]
__all__ = ["only_this_plugin"]

LEAKS = """
import socket, threading

def reach():
    socket.getaddrinfo("api.segment.io", 443)

def quietly():
    try:
        reach()
    except Exception:
        pass

def test_plain():
    reach()

def test_swallowed():
    quietly()

@pytest.fixture
def early():
    quietly()

def test_in_setup(early):
    pass

@pytest.fixture
def late():
    yield
    quietly()

def test_in_teardown(late):
    pass

def test_that_fails_anyhow():
    quietly()
    assert 0

def test_in_a_thread():
    thread = threading.Thread(target=quietly)
    thread.start()
    thread.join(10)

def test_innocent():
    socket.getaddrinfo("127.0.0.1", 80)
"""


def test_a_test_that_would_reach_the_real_segment_fails_and_names_the_line(pytester: pytest.Pytester) -> None:
    result = run(pytester, LEAKS)
    result.assert_outcomes(passed=2, failed=5, errors=1)
    text = str(result.stdout)
    line = (SENDING + LEAKS).strip().splitlines().index('    socket.getaddrinfo("api.segment.io", 443)') + 1
    assert text.count(f".py:{line} in reach") >= 6
    assert text.count("this would have reached the real Segment at api.segment.io") >= 6
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_in_teardown*",
            "this would have reached the real Segment at api.segment.io:",
            f"*:{line} in reach",
            '*socket.getaddrinfo("api.segment.io", 443)',
            "A test that shall reach the real Segment says so: @pytest.mark.segment(leak_guard=False)",
            "*test_that_fails_anyhow*",
            "*the real Segment*",
        ]
    )


PERMITTED = """
import socket
asked = []

@pytest.fixture(scope="session", autouse=True)
def resolver():
    original, socket.getaddrinfo = socket.getaddrinfo, lambda *args: asked.append(args)
    yield
    socket.getaddrinfo = original

def reach():
    socket.getaddrinfo("api.segment.io", 443)

{test}
"""


@pytest.mark.parametrize(
    ("test", "args"),
    [
        ("@pytest.mark.segment(leak_guard=False)\ndef test(): reach()", []),
        ("def test(real_segment): reach()", []),
        ("def test(): reach()", ["--no-segment-leak-guard"]),
        ("def test(real_segment): reach()", ["--no-segment-leak-guard"]),
        ("def test(): reach()", ["-o", "segment_leak_guard=false"]),
    ],
)
def test_ways_to_permit_it(pytester: pytest.Pytester, test: str, args: list[str]) -> None:
    # a stand-in for the resolver, put in place while no guard stands before it
    tests = PERMITTED.format(test=f"@pytest.mark.segment(leak_guard=False)\ndef test_before(resolver): pass\n\n{test}")
    run(pytester, tests, *args).assert_outcomes(passed=2)


def test_a_permission_is_for_one_test(pytester: pytest.Pytester) -> None:
    test = "def test(real_segment): pass\n\ndef test_after():\n    with pytest.raises(AssertionError): reach()"
    run(pytester, PERMITTED.format(test=test)).assert_outcomes(passed=1, failed=1)
