"""The standard library's WSGI server, started as the others are: `python -m … module:name --host=… --port=…`."""

from __future__ import annotations

import argparse
import importlib
from wsgiref.simple_server import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the standard library
        pass


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("app")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    given = parser.parse_args()
    module, _, name = given.app.partition(":")
    app = getattr(importlib.import_module(module), name)
    with make_server(given.host, given.port, app, handler_class=_Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
