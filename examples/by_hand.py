"""Every step by hand, in a server that no adapter is for: here the standard library's own.

SEGMENT_SHARED_SECRET=… python -m examples.by_hand
"""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from segment_hooks import PayloadError, SegmentWebhookHandler, SignatureError, Track, WebhookEventRouter

handler = SegmentWebhookHandler(os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept")
router = WebhookEventRouter()
seen: set[str | None] = set()


@router.on_track("Order Completed")
def fulfil(event: Track) -> None:
    seen.add(event.message_id)


def answer(headers: list[tuple[str, str]], body: bytes) -> int:
    """The status for one request. What Segment makes of it: 2xx is delivered, 4xx is thrown away, 5xx comes again."""
    try:
        delivery = handler.handle_request(headers=headers, body=body)
    except SignatureError:
        return 401
    except PayloadError:
        return 400
    outcomes = [router.route_sync(event) for event in delivery.events]
    return 200 if all(outcome.ok for outcome in outcomes) else 500


class Requests(BaseHTTPRequestHandler):
    """Reads the request, and nothing more of it than is there."""

    def do_POST(self) -> None:
        # the very bytes that came: the signature is over them
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(answer(self.headers.items(), body))
        self.send_header("content-length", "0")
        self.end_headers()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", 8000), Requests).serve_forever()
