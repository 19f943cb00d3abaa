"""How thoroughly hypothesis looks: `quick` by default, `deep` if asked for, `planted` for planted bugs."""

from hypothesis import HealthCheck, Phase, settings

_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}

settings.register_profile("quick", max_examples=100, print_blob=True, **_COMMON)
settings.register_profile("deep", max_examples=10_000, print_blob=True, **_COMMON)
settings.register_profile(
    "planted", max_examples=60, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate], **_COMMON
)
settings.load_profile("quick")
