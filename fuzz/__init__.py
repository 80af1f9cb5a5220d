"""Coverage-guided fuzzing: `make fuzz`, or one target by `python -m fuzz.fuzz_parsing -max_total_time=60`."""
