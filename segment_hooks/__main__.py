"""`python -m segment_hooks` is the command `segment-hooks`."""

import sys

from segment_hooks.cli import main

if __name__ == "__main__":
    sys.exit(main())
