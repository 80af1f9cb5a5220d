"""Ratios against floors written by hand and against named peers. `python -m benchmarks` runs all of them."""
