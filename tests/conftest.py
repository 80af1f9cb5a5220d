"""How hard Hypothesis tries: `HYPOTHESIS_PROFILE=thorough make test` takes minutes and looks much further."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

slow_is_fine = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("default", deadline=None, max_examples=60, suppress_health_check=slow_is_fine)
settings.register_profile("ci", deadline=None, print_blob=True, suppress_health_check=slow_is_fine)
settings.register_profile("thorough", deadline=None, max_examples=1_000, suppress_health_check=slow_is_fine)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))
