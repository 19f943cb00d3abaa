"""How long hypothesis looks: `quick`, in CI `thorough`, `deep` if asked for, or `planted`; and on how many cores."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}

settings.register_profile("quick", max_examples=25, print_blob=True, **_COMMON)
settings.register_profile("thorough", max_examples=100, print_blob=True, **_COMMON)
settings.register_profile("deep", max_examples=10_000, print_blob=True, **_COMMON)
settings.register_profile(
    "planted", max_examples=60, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate], **_COMMON
)
settings.load_profile("thorough" if "CI" in os.environ else "quick")


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers(config):
    """One process for files that are named, which are done before others would have started; else one a core."""
    named = [Path(argument.partition("::")[0]) for argument in config.args]
    return None if all(path.is_dir() for path in named) else 0
