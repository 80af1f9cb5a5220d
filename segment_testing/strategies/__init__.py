"""Hypothesis strategies for everything that Segment delivers, and for what only pretends to be from Segment.

All that Segment can really send is inside, and nothing else: see `oddities` for what is real and surprising. Each event
is made as the JSON text that Segment's JavaScript writes, so `event.raw` is the byte level. Examples shrink to small,
readable ones. `st.from_type(Track)` and `st.from_type(Track[OrderCompleted])` work too, without importing this.
"""

from segment_testing._hypothesis import register as _register
from segment_testing.strategies.bags import group_traits, properties, traits
from segment_testing.strategies.call_types import (
    aliases,
    deletes,
    events,
    groups,
    identifies,
    pages,
    payloads,
    screens,
    tracks,
    unknowns,
)
from segment_testing.strategies.context import contexts
from segment_testing.strategies.delivered import batches, bodies, deliveries, delivery_histories
from segment_testing.strategies.hostile import hostile_bodies, hostile_requests
from segment_testing.strategies.journey import journeys
from segment_testing.strategies.schemas import from_schema
from segment_testing.strategies.times import timestamps
from segment_testing.strategies.values import objects as json_objects
from segment_testing.strategies.values import values as json_values

_register()  # where the entry point is switched off

__all__ = [
    "aliases",
    "batches",
    "bodies",
    "contexts",
    "deletes",
    "deliveries",
    "delivery_histories",
    "events",
    "from_schema",
    "group_traits",
    "groups",
    "hostile_bodies",
    "hostile_requests",
    "identifies",
    "journeys",
    "json_objects",
    "json_values",
    "pages",
    "payloads",
    "properties",
    "screens",
    "timestamps",
    "tracks",
    "traits",
    "unknowns",
]
