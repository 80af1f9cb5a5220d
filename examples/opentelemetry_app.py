"""A span for every call of a handler. With an SDK set up (here to print them), spans go wherever it sends them.

SEGMENT_SHARED_SECRET=… uvicorn examples.opentelemetry_app:app
"""

from __future__ import annotations

import os

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

from segment_hooks import Track, WebhookEventRouter
from segment_hooks.integrations.opentelemetry import tracing

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))

router = WebhookEventRouter()
router.middleware(tracing(provider))


@router.on_track
async def annotate(event: Track) -> None:
    """Spans started in here are children of the handler's own."""
    trace.get_current_span().set_attribute("shop.properties", len(event.properties))


app = router.asgi(os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept")
