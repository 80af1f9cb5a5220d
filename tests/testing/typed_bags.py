"""Properties as the authors of tests write them."""

from __future__ import annotations

from dataclasses import dataclass, field

import attrs
import msgspec
import pydantic


class Struct(msgspec.Struct, rename="camel"):
    order_id: str
    revenue: float = 0


@dataclass
class Data:
    orderId: str  # noqa: N815  # as it is in JSON
    revenue: float = field(default=0)


@attrs.define
class Attrs:
    orderId: str  # noqa: N815
    revenue: float = 0


class Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(populate_by_name=True)

    order_id: str = pydantic.Field(alias="orderId")
    revenue: float = 0
