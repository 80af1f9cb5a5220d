"""The demo's second act: recorded deliveries of Segment, sent to the example service, and what became of each.

The requests were recorded from Segment's own published webhook destinations: method, headers and exact body. The
service accepts the secrets of all of them at once, as it would two while one is being rotated.
"""

from __future__ import annotations

import base64
import http.client
import json
from pathlib import Path
from typing import Any

from examples.demo_app import journal, router
from examples.serving import serving
from segment_hooks import Scope

RECORDED = Path(__file__).parent.parent / "tests" / "data" / "webhooks.jsonl"

DOCUMENTED = {
    "batch_no_secret": (401, "sent without a signature: never accepted where a secret is set"),
    "single_no_secret": (401, "sent without a signature: never accepted where a secret is set"),
    "single_mapped_missing": (400, "the mapping found no data: an empty body"),
    "audiences_batch_extras": (401, "signed before the audience's extra keys were added"),
}
"""Which recorded requests are not answered with 200, and why."""


def play() -> int:
    """Run all of it; returns how many answers were not the documented ones."""
    recorded = [json.loads(line) for line in RECORDED.read_text().splitlines()]
    secrets = list(dict.fromkeys(request["secret"] for request in recorded if request["secret"]))

    print(f"3. {len(recorded)} recorded deliveries to a service that accepts {len(secrets)} secrets\n")
    with serving(router.asgi(secrets, uncovered="accept")) as port:
        wrong = sum(not show(port, r, *DOCUMENTED.get(r["name"], (200, ""))) for r in recorded)

    by_name = {request["name"]: request for request in recorded}
    print("\n4. The refused ones again, to services that are set up for them\n")
    for name, app in (
        ("batch_no_secret", router.asgi(verify=False)),
        ("single_no_secret", router.asgi(verify=False)),
        ("audiences_batch_extras", router.asgi(secrets, scopes=list(Scope), uncovered="accept")),
    ):
        with serving(app) as port:
            wrong += not show(port, by_name[name], 200, "")

    forged = by_name["single_track"] | {"name": "forged (one byte changed)"}
    body = base64.b64decode(forged["body_base64"]).replace(b"USD", b"USX")
    forged["body_base64"] = base64.b64encode(body).decode()
    print("\n5. And one that Segment never sent\n")
    with serving(router.asgi(secrets)) as port:
        wrong += not show(port, forged, 401, "the signature does not fit the body")

    return wrong


def show(port: int, request: dict[str, Any], expected: int, reason: str) -> bool:
    """Send one recorded request and print what was verified, routed and answered."""
    journal.clear()
    status, answer = send(port, request)
    routed = ", ".join(journal[:3]) + (f" … {len(journal)} in all" if len(journal) > 3 else "")
    mark = "ok " if status == expected else "BAD"
    said = reason or " ".join(f"{count} {result}" for result, count in answer.items())
    print(f"{mark} {request['name']:<36} {status} {said:<10}  {routed}")
    return status == expected


def send(port: int, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Send a recorded request to the loopback port, headers in their order and case, body to the byte."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(request["method"], request["target"], skip_host=True, skip_accept_encoding=True)
    for name, value in request["headers"]:
        connection.putheader(name, value)
    body = base64.b64decode(request["body_base64"])
    if "content-length" not in {name.lower() for name, _ in request["headers"]}:
        connection.putheader("content-length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer
