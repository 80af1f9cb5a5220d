"""Real SDKs, unmodified, each run in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import msgspec

from segment_testing.fake.oauth import KeyPair
from tests.parts import lacking, program

HERE = Path(__file__).parent
NODE_MODULES = HERE / "node" / "node_modules"

Sent: TypeAlias = list[tuple[str, dict[str, Any]]]
"""Call type and its fields, named as on the wire."""

CALLS: Sent = [
    ("identify", {"userId": "u-1", "traits": {"plan": "pro", "logins": 3}}),
    ("track", {"userId": "u-1", "event": "Order Completed", "properties": {"revenue": 19.5, "note": "Zoë 👟 \u2028"}}),
    ("page", {"userId": "u-1", "category": "Docs", "name": "Home", "properties": {"url": "https://shop.example/"}}),
    ("screen", {"anonymousId": "a-1", "name": "Main", "properties": {"tab": 2}}),
    ("group", {"userId": "u-1", "groupId": "g-7", "traits": {"employees": 420}}),
    ("alias", {"userId": "u-2", "previousId": "a-1"}),
]
"""One call of every type that an SDK sends."""


class App(msgspec.Struct):
    """The OAuth app that an SDK speaks for, and where it gets its tokens."""

    client_id: str
    key_id: str
    key: KeyPair
    server: str


class Options(msgspec.Struct):
    """What differs between the tests."""

    write_key: str = "wk-interop"
    gzip: bool = False
    app: App | None = None
    retries: int = 10


class SDK(Protocol):
    """A real SDK."""

    name: str
    library: str
    """How it names itself in `context.library`."""

    def send(self, host: str, calls: Sent, options: Options) -> list[str]:
        """Make the calls, wait until the SDK is done with them, and return the errors that it reports."""
        ...


class PythonSDK:
    """segment-analytics-python."""

    name = "python"
    library = "analytics-python"

    def send(self, host: str, calls: Sent, options: Options) -> list[str]:
        settings: dict[str, Any] = {
            "write_key": options.write_key,
            "host": host,
            "gzip": options.gzip,
            "max_retries": options.retries,
        }
        if options.app is not None:
            settings |= {
                "oauth_client_id": options.app.client_id,
                "oauth_client_key": options.app.key.private_pem,
                "oauth_key_id": options.app.key_id,
                "oauth_auth_server": options.app.server,
            }
        return run(sys.executable, str(HERE / "send.py"), settings=settings, calls=calls)

    def __repr__(self) -> str:
        return self.name


class NodeSDK:
    """@segment/analytics-node, which never compresses."""

    name = "node"
    library = "@segment/analytics-node"

    def send(self, host: str, calls: Sent, options: Options) -> list[str]:
        settings: dict[str, Any] = {"writeKey": options.write_key, "host": host, "maxRetries": options.retries}
        if options.app is not None:
            settings["oauthSettings"] = {
                "clientId": options.app.client_id,
                "clientKey": options.app.key.private_pem,
                "keyId": options.app.key_id,
                "authServer": options.app.server,
            }
        return run(node(), str(HERE / "node" / "send.mjs"), settings=settings, calls=calls)

    def __repr__(self) -> str:
        return self.name


def node() -> str:
    """Node.js, with the SDKs installed."""
    path = program("node")
    if not NODE_MODULES.is_dir():
        lacking("the SDKs for Node.js (`make` installs them where npm is)")
    return path


def run(*command: str, settings: dict[str, Any], calls: Sent) -> list[str]:
    """Run a program that sends calls; what it prints last is its report."""
    what = json.dumps({"settings": settings, "calls": calls})
    done = subprocess.run([*command, what], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return report["errors"]
