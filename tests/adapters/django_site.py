"""Django sites, each around one receiver, in the one process that Django thinks a site has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django.urls import clear_url_caches

from segment_hooks import Receiver
from segment_hooks.integrations.django import segment_paths, segment_view, segment_view_async
from tests.adapters.calls import PATH

if not settings.configured:  # an example may have done it
    settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="for tests", USE_TZ=True)
    django.setup()

urlpatterns: list[Any] = []


@contextmanager
def site(receiver: Receiver, views: str, server: str, *, middleware: tuple[str, ...] = ()) -> Iterator[Any]:
    """A Django application for `server`, with CSRF protection, and with 10 bytes as the limit of a body."""
    view = segment_view(receiver) if views == "sync" else segment_view_async(receiver)
    with override_settings(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        DATA_UPLOAD_MAX_MEMORY_SIZE=10,
        MIDDLEWARE=[
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            *middleware,
        ],
    ):
        before = urlpatterns[:]
        urlpatterns[:] = segment_paths(PATH.removeprefix("/"), view)
        clear_url_caches()
        try:
            yield ASGIHandler() if server == "asgi" else WSGIHandler()
        finally:
            urlpatterns[:] = before
            clear_url_caches()
