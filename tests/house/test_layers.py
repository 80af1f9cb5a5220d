"""Who may import whom: each module from its own layer or a lower one, so that the core stays free of I/O."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "segment_hooks"

LAYERS = [
    {"errors", "log", "wire", "timestamps", "context", "javascript", "jsontext", "tolerant", "typed", "events"},
    {"signature", "explain", "forms", "parsing", "outcomes", "threads", "deadline"},
    {"routes", "registration", "dispatch", "router", "inbox", "tracking_plan"},
    {"webhook", "problems", "receiver"},
    {"asgi", "wsgi", "integrations", "stores", "client", "cli", "commands", "specs", "__main__", "__init__"},
]
LEVEL = {module: level for level, modules in enumerate(LAYERS) for module in modules}

UPWARDS = {
    ("events", "parsing"): "unpickling an event parses it again",
    ("router", "receiver"): "router.asgi() and .wsgi() are the front door",
    ("router", "asgi"): "router.asgi()",
    ("router", "wsgi"): "router.wsgi()",
}
"""Imports of a higher layer, each inside of a function (or for type checkers alone), and why."""

STORES = {"sqlite", "postgresql", "postgresql_sql", "redis", "urls"}
"""Of `inbox`, what stands at the rim; the rest is protocol and rules."""

RIM = {"integrations", "stores"}
"""Where each module may import the one third party that it is for."""

MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return room_of(["segment_hooks", *path.relative_to(PACKAGE).with_suffix("").parts])


def room_of(module: list[str]) -> str:
    return "stores" if module[1] == "inbox" and set(module[2:]) & STORES else module[1]


VALIDATOR = {PACKAGE / "tracking_plan" / "validator.py": {"jsonschema_rs"}}
"""Of the tracking plan, what validates, and the library that it stands on."""

CLIENT_EXTRAS = {
    path: {path.stem}
    for path in MODULES
    if room(path) == "client" and (path.parent.name == "transports" or path.stem == "opentelemetry")
} | {PACKAGE / "client" / "oauth.py": {"jwt", "cryptography"}}
"""The one third party (of OAuth, the pair) that a module of the client is there for."""


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every module that `path` imports, and whether it does so when it is itself imported."""
    tree = ast.parse(path.read_text())
    top = set(ast.walk(ast.Module([node for node in tree.body if not _for_checkers(node)], [])))
    inner = {n for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "segment_hooks":
            names = [f"segment_hooks.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            yield name, node in top and node not in inner


def _for_checkers(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_from_its_own_layer_or_a_lower_one(path: Path) -> None:
    own = room(path)
    for name, when_imported in imports(path):
        if not name.startswith("segment_hooks."):
            continue
        other = room_of(name.split("."))
        if other not in LEVEL:  # a name that the front door offers
            other = "__init__"
        if LEVEL[other] > LEVEL[own]:
            assert (own, other) in UPWARDS, f"{own} imports {other}, which stands above it"
            assert not when_imported, f"{own} imports {other} at the top: do so where it is needed"


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) == "client"], ids=lambda path: path.stem)
def test_the_client_stands_apart(path: Path) -> None:
    rooms = {name.split(".")[1] for name, _ in imports(path) if name.startswith("segment_hooks.")}
    assert rooms <= {"client", "errors", "events"}


def test_nobody_imports_the_client() -> None:
    for path in MODULES:
        if room(path) not in {"client", "__init__"}:
            assert not [name for name, _ in imports(path) if name.startswith("segment_hooks.client")]


def test_every_exception_is_in_use() -> None:
    used = {(room(path), room_of(name.split("."))) for path in MODULES for name, _ in imports(path) if "hooks." in name}
    assert not UPWARDS.keys() - used


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) not in RIM], ids=lambda path: path.stem)
def test_the_core_needs_msgspec_only(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, "msgspec", "segment_hooks", *(CLIENT_EXTRAS | VALIDATOR).get(path, ())}
    third = {name.split(".")[0] for name, when_imported in imports(path) if when_imported} - allowed
    assert not third


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) in RIM], ids=lambda path: path.stem)
def test_an_integration_imports_one_third_party(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, "msgspec", "segment_hooks"}
    companions = {
        "multidict": "aiohttp",
        "werkzeug": "flask",
        "starlette": "starlette",
        "asgiref": "django",
        "nats": "faststream",
    }
    found = {name.split(".")[0] for name, when_imported in imports(path) if when_imported} - allowed
    assert len({companions.get(name, name) for name in found}) <= 1


def test_the_service_side_never_imports_the_testing_side() -> None:
    for path in MODULES:
        assert not [name for name, _ in imports(path) if name.startswith("segment_testing")]
