"""Sends what the first argument, JSON, asks for with the real segment-analytics-python, and prints what it reported."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from segment.analytics.client import Client


def main() -> None:
    wanted = json.loads(sys.argv[1])
    errors: list[str] = []

    def on_error(error: Exception, _: list[dict[str, Any]]) -> None:
        errors.append(type(error).__name__)

    client = Client(**wanted["settings"], on_error=on_error)
    for kind, fields in wanted["calls"]:
        named = {re.sub("[A-Z]", lambda found: "_" + found[0].lower(), name): value for name, value in fields.items()}
        getattr(client, kind)(**named)
    client.flush()
    client.join()
    print(json.dumps({"errors": errors}))


if __name__ == "__main__":
    main()
