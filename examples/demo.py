"""`make demo`: the whole loop on this machine, and recorded deliveries of Segment.

With `make demo ARGS=--stay` the page of the fake stays open until Enter is pressed.
"""

from __future__ import annotations

import logging
import sys

from examples import demo_loop, demo_recorded


def main() -> int:
    """Run both acts; the exit status says whether everything ended as documented."""
    logging.getLogger("segment_hooks").setLevel(logging.CRITICAL)  # what it would log is printed
    wrong = demo_loop.play(stay="--stay" in sys.argv) + demo_recorded.play()
    print("\nEverything ended as documented." if not wrong else f"\n{wrong} things did not end as documented.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
