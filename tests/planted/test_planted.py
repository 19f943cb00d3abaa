"""The tester is tested: bugs planted into the real code, each of which the generic checks must catch.

The bugs are listed in `bugs.py`; `runner.py` plants them one by one, each in a process of its own that
imports the changed package and runs the generic tests of this folder. One control process has nothing planted.

A plain run plants every sixteenth bug and looks at few examples, since all of them take minutes; the environment
variables PLANTED=all or CI, or the profile `deep`, plant them all.
"""

import json
import os
import pathlib
import subprocess
import sys

import pytest
from support.thoroughness import THOROUGH

PLANTED = pathlib.Path(__file__).parent
sys.path.insert(0, str(PLANTED))

from bugs import BUGS, NOTHING  # noqa: E402

ALL = THOROUGH or os.environ.get("PLANTED") == "all"
CHOSEN, EXAMPLES = (BUGS, 60) if ALL else (BUGS[3::40], 4)
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each bug is planted in a forked process")


@pytest.fixture(scope="session")
def plant():
    """Plants a bug and tells what became of it, through one runner, which has imported what every process needs."""
    command = [sys.executable, str(PLANTED / "runner.py"), "--ask", "--jobs", "1", "--examples", str(EXAMPLES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as runner:

        def outcome(bug):
            print(bug.name, file=runner.stdin, flush=True)
            found = json.loads(runner.stdout.readline())
            assert found["name"] == bug.name
            return found

        yield outcome


def test_without_a_bug_the_checks_pass(plant):
    found = plant(NOTHING)
    assert found["outcome"] == "survived", found["report"]


@pytest.mark.parametrize("bug", CHOSEN, ids=lambda bug: bug.name)
def test_the_checks_catch(bug, plant):
    found = plant(bug)
    assert found["outcome"] in ("caught", "timeout"), f"{found['outcome']}: {found['report']}"


def test_there_are_enough_of_them_in_every_part():
    assert len(BUGS) >= 60
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    assert {"ops", "engine", "graph", "transforms"} <= {bug.file.split("/")[0] for bug in BUGS}
