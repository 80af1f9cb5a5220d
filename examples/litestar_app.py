"""Litestar.

SEGMENT_SHARED_SECRET=… uvicorn examples.litestar_app:app
"""

from __future__ import annotations

import os

from litestar import Litestar, get

from segment_hooks import Group, WebhookEventRouter
from segment_hooks.integrations.litestar import segment_handler

router = WebhookEventRouter()
members: dict[str, int] = {}


@router.on_group
async def count_member(event: Group) -> None:
    if event.group_id is not None:
        members[event.group_id] = members.get(event.group_id, 0) + 1


@get("/members")
async def show_members() -> dict[str, int]:
    return members


app = Litestar(
    [segment_handler("/segment", router.asgi(os.environ["SEGMENT_SHARED_SECRET"], uncovered="accept")), show_members]
)
