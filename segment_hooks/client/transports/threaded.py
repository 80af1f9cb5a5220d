"""A blocking transport for `AsyncSegmentClient`, in one thread of its own, so that neither waits for the other."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from segment_hooks.client.transport import HttpAnswer, HttpRequest, Transport


class ThreadedTransport:
    """An `AsyncTransport` made of `transport`, which is used for one request at a time."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._thread: ThreadPoolExecutor | None = None

    async def send_async(self, request: HttpRequest) -> HttpAnswer:
        """See `AsyncTransport.send_async`."""
        if self._thread is None:
            # not the loop's own threads, all of which may be busy with something else
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="segment_hooks client")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.transport.send, request)

    async def aclose(self) -> None:
        """See `AsyncTransport.aclose`."""
        thread, self._thread = self._thread, None
        if thread is None:
            self.transport.close()
        else:
            thread.submit(self.transport.close)  # after a request that may still be on its way
            thread.shutdown(wait=False)

    def forget(self) -> None:
        """See `AsyncTransport.forget`."""
        self._thread = None
        self.transport.forget()
