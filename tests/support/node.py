"""JavaScript for the tests: scripts run by Node.js, which import the modules of the pages as browsers would."""

import functools
import json
import shutil
import subprocess
from importlib.resources import files

import pytest

PAGES = files("tinygrad_edu.pages")


@functools.cache
def node():
    found = shutil.which("node")
    if found is None:
        pytest.skip("JavaScript is run by Node.js, and there is no command `node` here")
    return found


def run_module(script, *names):
    """Run a script with what it needs of modules, given as "name from module"; what it writes last is read as JSON."""
    imports = "".join(
        f'import {{{what}}} from "{(PAGES / f"{module}.js").as_uri()}";\n'
        for what, module in (name.split(" from ") for name in names)
    )
    run = subprocess.run(
        [node(), "--input-type=module"], input=imports + script, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)
