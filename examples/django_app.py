"""Django in one file, for both kinds of server.

SEGMENT_SHARED_SECRET=… uvicorn examples.django_app:asgi
SEGMENT_SHARED_SECRET=… granian --interface wsgi examples.django_app:wsgi
"""

# Django ships no types
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

from segment_hooks import Delete, Receiver, WebhookEventRouter
from segment_hooks.integrations.django import segment_paths, segment_view, segment_view_async

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY=os.urandom(16).hex())
    django.setup()

router = WebhookEventRouter()
deleted: set[str | None] = set()


@router.on_delete
def delete_user(event: Delete) -> None:
    """A plain function, so the ORM may be used here without further ado."""
    deleted.add(event.user_id)


receiver = Receiver.build(router, os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept")

# one of the two will do: the second is for a site under an ASGI server
urlpatterns = [
    *segment_paths("segment", segment_view(receiver)),
    *segment_paths("segment-async", segment_view_async(receiver)),
]

asgi = get_asgi_application()
wsgi = get_wsgi_application()
