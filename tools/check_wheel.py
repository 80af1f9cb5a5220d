"""Install the wheel in empty environments, alone and with each extra, and import what it ships.

`python tools/check_wheel.py dist/*.whl`: with the declared dependencies alone every module must import, except an
integration, which may say instead which extra it wants. With an extra, the modules that the extra is for must import.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

# integration → the extra that brings its third party; None where it needs none
INTEGRATIONS: dict[str, str | None] = {
    "_missing": None,
    "aiohttp": "aiohttp",
    "aws_lambda": None,
    "django": "django",
    "fastapi": "fastapi",
    "flask": "flask",
    "litestar": "litestar",
    "opentelemetry": "opentelemetry",
    "starlette": "starlette",
}

# extras that no integration of their own stands for → a module that proves that what they bring is there
OTHERS = {"demo": "uvicorn", "pydantic": "pydantic", "testing": "segment_testing"}

IMPORT = """
import importlib, sys
name, extra = sys.argv[1:]
try:
    importlib.import_module(name)
except ImportError as error:
    if not extra:
        raise
    assert f"segment-hooks[{extra}]" in str(error), f"{name} does not say which extra it wants: {error}"
"""


def modules(wheel: Path) -> list[str]:
    """Return the dotted name of every module that the wheel ships."""
    with zipfile.ZipFile(wheel) as archive:
        paths = [PurePosixPath(name) for name in archive.namelist() if name.endswith(".py")]
    return sorted(
        ".".join(path.parts[:-1] if path.stem == "__init__" else path.with_suffix("").parts) for path in paths
    )


def integration(module: str) -> str | None:
    """Return the name of the integration that the module belongs to, if it belongs to one."""
    package, _, rest = module.partition("segment_hooks.integrations.")
    return None if package else rest.split(".", maxsplit=1)[0] or None


def extra_of(module: str) -> str | None:
    """Return the extra that a module may want."""
    if module.split(".", maxsplit=1)[0] == "segment_testing":
        return "testing"
    name = integration(module)
    return INTEGRATIONS[name] if name else None


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
    unknown = {name for name in map(integration, shipped) if name} - INTEGRATIONS.keys()
    declared = declared_extras(wheel)
    tabled = {extra for extra in INTEGRATIONS.values() if extra} | OTHERS.keys()
    if strangers or unknown or declared != tabled:
        raise SystemExit(
            f"the wheel ships other packages: {sorted(strangers)}, "
            f"integrations missing in this table: {sorted(unknown)}, "
            f"extras that only the table or only the wheel has: {sorted(declared ^ tabled)}"
        )

    jobs = {"": {module: extra_of(module) or "" for module in shipped}}
    for extra in sorted(declared):
        jobs[extra] = {module: "" for module in shipped if extra_of(module) == extra}
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
