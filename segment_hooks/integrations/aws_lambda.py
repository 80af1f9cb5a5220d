"""AWS Lambda behind API Gateway (REST and HTTP API), a function URL or an Application Load Balancer.

    handler = lambda_handler(Receiver.build(router, os.environ["SEGMENT_SHARED_SECRET"]))

Each of them hands over the body as text, or in base64 where its settings or the content type say so; the bytes are the
same. (REST APIs change bytes that are not UTF-8 unless `binaryMediaTypes` is set; Segment's are UTF-8.)
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from segment_hooks.receiver import Receiver
from segment_hooks.wire import Headers, Request, Response


def lambda_handler(receiver: Receiver) -> Callable[[Mapping[str, Any], object], dict[str, Any]]:
    """The function for Lambda to call: takes an event of payload format 1.0 or 2.0, or one of a load balancer, and
    returns the answer in the form that goes with it."""

    def handler(event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
        request = _request(event)
        return _answer(event, request.method, receiver.receive(request))

    return handler


def _request(event: Mapping[str, Any]) -> Request:
    method: str = event.get("httpMethod") or event["requestContext"]["http"]["method"]
    several: Mapping[str, list[str]] | None = event.get("multiValueHeaders")
    if several is not None:
        headers = Headers((name, value) for name, values in several.items() for value in values)
    else:
        # format 2.0 joins repeated values with commas
        headers = Headers(event.get("headers") or {})
    body: str = event.get("body") or ""
    encoded = event.get("isBase64Encoded")
    return Request(method, headers, b64decode(body) if encoded else body.encode("utf-8", "surrogatepass"))


def _answer(event: Mapping[str, Any], method: str, response: Response) -> dict[str, Any]:
    headers = response.text_headers()
    answer: dict[str, Any] = {
        "statusCode": response.status,
        "body": "" if method == "HEAD" else response.body.decode(),
        "isBase64Encoded": False,
    }
    # a load balancer takes only the form that it has sent; REST APIs take both
    if event.get("multiValueHeaders") is not None:
        answer["multiValueHeaders"] = {name: [value] for name, value in headers}
    else:
        answer["headers"] = dict(headers)
    return answer
