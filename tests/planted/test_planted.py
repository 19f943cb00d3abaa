"""The tester is tested: bugs planted into the real code, each of which the generic checks must catch.

The bugs are listed in `bugs.py`; `runner.py` plants them one by one, each in a process of its own that
imports the changed package and runs the generic tests of this folder. One control process has nothing planted.

A plain run plants every fourth bug, since all of them take minutes; the environment variables PLANTED=all or CI, or
the profile `deep`, plant them all.
"""

import json
import os
import pathlib
import subprocess
import sys

import pytest
from hypothesis import settings

PLANTED = pathlib.Path(__file__).parent
sys.path.insert(0, str(PLANTED))

from bugs import BUGS  # noqa: E402

EVERY = "CI" in os.environ or os.environ.get("PLANTED") == "all" or settings.default.max_examples > 1000
CHOSEN = BUGS if EVERY else BUGS[::4]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each bug is planted in a forked process")


@pytest.fixture(scope="session")
def outcomes():
    run = subprocess.run(
        [sys.executable, str(PLANTED / "runner.py"), "--jobs", "2", "--every", "1" if EVERY else "4"],
        capture_output=True, text=True, timeout=3600,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    return {record["name"]: record for record in map(json.loads, run.stdout.splitlines())}


def test_without_a_bug_the_checks_pass(outcomes):
    assert outcomes["(nothing planted)"]["outcome"] == "survived", outcomes["(nothing planted)"]["report"]


@pytest.mark.parametrize("bug", CHOSEN, ids=lambda bug: bug.name)
def test_the_checks_catch(bug, outcomes):
    found = outcomes[bug.name]
    assert found["outcome"] in ("caught", "timeout"), f"{found['outcome']}: {found['report']}"


def test_there_are_enough_of_them_in_every_part():
    assert len(BUGS) >= 60
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    assert {"ops", "engine", "graph", "transforms"} <= {bug.file.split("/")[0] for bug in BUGS}
