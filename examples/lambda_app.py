"""AWS Lambda, behind API Gateway, a function URL or a load balancer.

Its environment holds SEGMENT_SHARED_SECRET, its handler is `examples.lambda_app.handler`.
"""

from __future__ import annotations

import os

from segment_hooks import DropEvent, EventNotSupported, Receiver, Screen, Track, WebhookEventRouter
from segment_hooks.integrations.aws_lambda import lambda_handler

router = WebhookEventRouter()


@router.on_track(glob="Order *")
def forward(event: Track) -> None:
    if event.context.app.text("namespace") == "com.example.internal":
        raise DropEvent  # done with on purpose: Segment is told 200
    print(f"{event.message_id}: {len(event.raw)} bytes to forward")


@router.on_screen
def refuse(event: Screen) -> None:
    raise EventNotSupported  # told 501, Segment throws the event away


handler = lambda_handler(Receiver.build(router, os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept"))
