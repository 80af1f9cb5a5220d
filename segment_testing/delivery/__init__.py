"""Segment as a sender: the requests that it makes, byte for byte, when it tries again, and what can go wrong."""

from segment_testing.delivery.clock import VirtualClock
from segment_testing.delivery.destination import Destination, Product, Signing
from segment_testing.delivery.faults import (
    ClockSkew,
    CutConnection,
    Delay,
    Duplicate,
    Fault,
    LoseAcknowledgement,
    OldSecret,
    Reorder,
    Shipment,
    SlowBody,
    TamperHead,
    TamperTail,
    WrongSecret,
)
from segment_testing.delivery.history import History
from segment_testing.delivery.logged import LoggedSimulator
from segment_testing.delivery.loop import ClosedLoop
from segment_testing.delivery.report import Attempt, Fate, Report, State
from segment_testing.delivery.request import WebhookRequest
from segment_testing.delivery.rules import Answer, Failure, Rules, Verdict
from segment_testing.delivery.simulator import Simulator

__all__ = [
    "Answer",
    "Attempt",
    "ClockSkew",
    "ClosedLoop",
    "CutConnection",
    "Delay",
    "Destination",
    "Duplicate",
    "Failure",
    "Fate",
    "Fault",
    "History",
    "LoggedSimulator",
    "LoseAcknowledgement",
    "OldSecret",
    "Product",
    "Reorder",
    "Report",
    "Rules",
    "Shipment",
    "Signing",
    "Simulator",
    "SlowBody",
    "State",
    "TamperHead",
    "TamperTail",
    "Verdict",
    "VirtualClock",
    "WebhookRequest",
    "WrongSecret",
]
