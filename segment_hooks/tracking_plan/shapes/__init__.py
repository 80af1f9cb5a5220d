"""What a rule's JSON Schema says of the data that a call carries, in a form to make types or values of: see `model`."""

from segment_hooks.tracking_plan.shapes.model import (
    ANY,
    NEVER,
    Array,
    Mapping,
    Member,
    Note,
    Number,
    Record,
    Recursion,
    Shape,
    String,
)
from segment_hooks.tracking_plan.shapes.reader import Reader

__all__ = [
    "ANY",
    "NEVER",
    "Array",
    "Mapping",
    "Member",
    "Note",
    "Number",
    "Reader",
    "Record",
    "Recursion",
    "Shape",
    "String",
]
