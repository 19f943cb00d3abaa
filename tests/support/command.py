"""The command in a process of its own, and how the pictures that it writes begin."""

import os
import subprocess
import sys

PNG = b"\x89PNG\r\n\x1a\n"


def process(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "tinygrad_edu", *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
