"""`python -m segment_testing`: the same as the command `segment-testing`."""

import sys

from segment_testing.cli import main

sys.exit(main())
