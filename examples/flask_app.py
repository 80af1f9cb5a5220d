"""Flask.

SEGMENT_SHARED_SECRET=… flask --app examples.flask_app run
"""

from __future__ import annotations

import os

from flask import Flask

from segment_hooks import Page, WebhookEventRouter
from segment_hooks.integrations.flask import segment_blueprint

router = WebhookEventRouter()
app = Flask(__name__)
views: dict[str, int] = {}


@router.on_page
def count_view(event: Page) -> None:
    name = event.name or "?"
    views[name] = views.get(name, 0) + 1


@app.get("/views/<name>")
def show_views(name: str) -> str:
    return str(views.get(name, 0))


app.register_blueprint(
    segment_blueprint("/segment", router.wsgi(os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept"))
)
