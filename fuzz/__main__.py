"""Every target in turn: `python -m fuzz --seconds 60`; whatever else is given goes to libFuzzer."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

TARGETS = sorted(path.stem for path in Path(__file__).parent.glob("fuzz_*.py"))


def main() -> int:
    """Run the targets; zero where none of them found anything."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    options, more = parser.parse_known_args()
    failed = []
    for target in TARGETS:
        print(f"== {target}, {options.seconds} s", flush=True)
        command = [sys.executable, "-m", f"fuzz.{target}", f"-max_total_time={options.seconds}", *more]
        if subprocess.run(command, check=False).returncode:
            failed.append(target)
    print(f"found something: {', '.join(failed)}" if failed else "nothing found")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
