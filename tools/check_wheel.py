"""Install the wheel in empty environments, alone and with each extra, and import what it ships.

`python tools/check_wheel.py dist/*.whl`: with the declared dependencies alone every module must import, except one
with a third party of its own, which may say instead which extra it wants. With an extra, the modules that the extra is
for must import.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

# module → the extra that brings its third party
EXTRAS = {
    "segment_hooks.client.oauth": "oauth",
    "segment_hooks.client.opentelemetry": "opentelemetry",
    "segment_hooks.client.transports.aiohttp": "aiohttp",
    "segment_hooks.client.transports.httpx": "httpx",
    "segment_hooks.client.transports.httpx2": "httpx2",
    "segment_hooks.inbox.postgresql": "postgresql",
    "segment_hooks.inbox.postgresql_sql": "postgresql",
    "segment_hooks.inbox.redis": "redis",
    "segment_hooks.integrations.aiohttp": "aiohttp",
    "segment_hooks.integrations.celery": "celery",
    "segment_hooks.integrations.django": "django",
    "segment_hooks.integrations.dramatiq": "dramatiq",
    "segment_hooks.integrations.fastapi": "fastapi",
    "segment_hooks.integrations.faststream": "faststream",
    "segment_hooks.integrations.flask": "flask",
    "segment_hooks.integrations.litestar": "litestar",
    "segment_hooks.integrations.opentelemetry": "opentelemetry",
    "segment_hooks.integrations.opentelemetry_inbox": "opentelemetry",
    "segment_hooks.integrations.starlette": "starlette",
    "segment_hooks.tracking_plan.validator": "tracking-plan",
}

# modules for libraries that whoever wants the module has already, and no extra brings
BRING_YOUR_OWN = {
    "segment_testing.mocking.httpx2",
    "segment_testing.mocking.requests",
    "segment_testing.mocking.segment_analytics",
    "segment_testing.plugin",
}

# what must import without the extra
LIGHT = {"segment_testing"}

# extras that no module of their own stands for → a module that proves that what they bring is there
OTHERS = {"cli": "rich", "demo": "uvicorn", "pydantic": "pydantic"}

IMPORT = """
import importlib, sys
name, extra = sys.argv[1:]
try:
    importlib.import_module(name)
except Exception as error:  # an ImportError, or a ConfigurationError
    if not extra:
        raise
    assert f"segment-hooks[{extra}]" in str(error), f"{name} does not say which extra it wants: {error}"
"""


def modules(wheel: Path) -> list[str]:
    """Return the dotted name of every module that the wheel ships."""
    with zipfile.ZipFile(wheel) as archive:
        paths = [PurePosixPath(name) for name in archive.namelist() if name.endswith(".py")]
    return sorted(
        ".".join(path.parts[:-1] if path.stem == "__init__" else path.with_suffix("").parts)
        for path in paths
        if path.stem != "__main__"  # which is run, not imported
    )


def extra_of(module: str) -> str | None:
    """Return the extra that a module may want; it must say so itself where the extra is missing."""
    if module.startswith("segment_testing.commands"):
        return "cli"
    return "testing" if module.split(".", maxsplit=1)[0] == "segment_testing" else EXTRAS.get(module)


def check(wheel: Path, extra: str, wanted: dict[str, str]) -> str:
    """Install the wheel with one extra (or none), import each module; `wanted` maps it to the extra it may ask for."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, symlinks=True, with_pip=True)  # copies cannot be run while another thread forks
        python = Path(folder) / "bin" / "python"
        requirement = f"{wheel}[{extra}]" if extra else str(wheel)
        run(folder, python, "-m", "pip", "-qq", "install", "--no-compile", requirement)
        for module, excuse in wanted.items():
            run(folder, python, "-W", "error", "-c", IMPORT, module, excuse)
    return f"{extra or 'no extra'}: {len(wanted)} modules"


def run(folder: str, *command: str | Path) -> None:
    """Run a command away from the source tree, so that only what the wheel installed is found."""
    done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command[1:3]))} {command[-2:]} failed:\n{done.stdout}")


def main() -> None:
    wheel = Path(sys.argv[1]).resolve()
    shipped = modules(wheel)
    strangers = {module.split(".")[0] for module in shipped} - {"segment_hooks", "segment_testing"}
    gone = (EXTRAS.keys() | BRING_YOUR_OWN | LIGHT) - set(shipped)
    declared = declared_extras(wheel)
    tabled = {*EXTRAS.values(), "testing", *OTHERS}
    if strangers or gone or declared != tabled:
        raise SystemExit(
            f"the wheel ships other packages: {sorted(strangers)}, modules that only this table has: {sorted(gone)}, "
            f"extras that only the table or only the wheel has: {sorted(declared ^ tabled)}"
        )

    alone = {m: extra_of(m) or "" for m in shipped if extra_of(m) not in ("testing", "cli")}
    jobs = {"": alone | dict.fromkeys(LIGHT, "")}
    for extra in sorted(declared):
        jobs[extra] = {m: "" for m in shipped if extra_of(m) == extra and m not in BRING_YOUR_OWN}
        if extra in OTHERS:
            jobs[extra][OTHERS[extra]] = ""
    with ThreadPoolExecutor(max_workers=2) as pool:
        for said in pool.map(lambda job: check(wheel, *job), jobs.items()):
            print(said, flush=True)


def declared_extras(wheel: Path) -> set[str]:
    """Return the extras that the wheel's metadata declares."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(name).decode().splitlines()
    return {line.removeprefix("Provides-Extra: ") for line in lines if line.startswith("Provides-Extra: ")}


if __name__ == "__main__":
    main()
