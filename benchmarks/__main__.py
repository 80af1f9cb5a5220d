"""`python -m benchmarks [NAME …] [--quick]`: measure, print, keep, write RESULTS.md."""

from __future__ import annotations

import argparse
import importlib

from benchmarks import report


def main() -> None:
    """Run the benchmarks that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(report.ORDER)}; all, if left out")
    parser.add_argument("--quick", action="store_true", help="few rounds, and nothing is kept")
    options = parser.parse_args()
    unknown = set(options.names) - set(report.ORDER)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    for name in options.names or report.ORDER:
        module = importlib.import_module(f"benchmarks.{name}")
        rounds = module.ROUNDS // 10 if options.quick else module.ROUNDS
        tables = module.run(rounds)
        for table in tables:
            print(report.as_text(table), end="\n\n", flush=True)
        if not options.quick:
            report.save(name, rounds, tables)
    if not options.quick:
        print(f"written to {report.write_markdown()}")


if __name__ == "__main__":
    main()
