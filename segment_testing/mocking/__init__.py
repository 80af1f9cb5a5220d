"""The fake Segment for code in the same process: no port, no thread, no event loop of its own.

One module for each HTTP library, which is the only one to import it:

    respx               routes for a respx router, and so for every httpx client
    httpx, httpx2       a transport for one client, sync or async, or mounts for the Segment hosts alone
    requests            an adapter for a session
    segment_analytics   Segment's own SDK for Python, unmodified

All of them hand the request to `handle` of the fake and act on its reply, so that they write to the same ledger and
fail in the ways that the library fails on a real connection.
"""

from segment_testing.mocking.carrying import SEGMENT_HOSTS, Handles

__all__ = ["SEGMENT_HOSTS", "Handles"]
