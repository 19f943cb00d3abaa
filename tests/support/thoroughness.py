"""What takes minutes and seldom tells more than its small form is done in CI, and with hypothesis's profile `deep`."""

import os

from hypothesis import settings

DEEP = settings.default.max_examples > 1000
THOROUGH = DEEP or "CI" in os.environ
