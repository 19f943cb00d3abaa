"""What the installed package promises as a whole: cheap to import, typed, documented by examples that run."""

import ast
import doctest
import importlib
import importlib.metadata
import inspect
import pkgutil
import re
import subprocess
import sys
from importlib import resources

import pytest

import tinygrad_edu

HEAVY = ("numpy", "matplotlib", "graphviz", "pygraphviz", "tqdm", "hypothesis", "IPython", "jax", "torch", "sklearn")
SLOW = {"inspect", "difflib", "heapq", "ast", "dataclasses", "json", "argparse", "random", "asyncio"}
"""Of the standard library: what is asked for late, for each takes a millisecond or several."""

MODULES = sorted(
    ["tinygrad_edu", *(m.name for m in pkgutil.walk_packages(tinygrad_edu.__path__, "tinygrad_edu."))]
)  # fmt: skip


def imported_by(statement):
    """The modules that a fresh Python imports for a statement, beyond those of starting up."""
    command = [sys.executable, "-X", "importtime", "-c", statement]
    done = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


@pytest.mark.parametrize(
    "statement",
    [
        "import tinygrad_edu",
        "import tinygrad_edu as tg; [getattr(tg, name) for name in dir(tg)]",
        "import tinygrad_edu.cli",
    ],
    ids=["package", "every public name", "command line"],
)
def test_importing_the_package_imports_nothing_heavy(statement):
    modules = imported_by(statement)
    assert "tinygrad_edu.engine.value" in modules
    assert not {name for name in modules if name.split(".")[0] in HEAVY}


def test_importing_the_package_imports_nothing_slow_of_the_standard_library():
    assert not SLOW & imported_by("import tinygrad_edu")


def test_importing_the_package_opens_only_the_rooms_of_values_and_operations():
    modules = imported_by("import tinygrad_edu")
    assert {name.split(".")[1] for name in modules if name.startswith("tinygrad_edu.")} == {
        *("engine", "errors", "ops", "words")
    }


def test_reading_a_formula_and_tracing_it_needs_nothing_heavy():
    modules = imported_by("from tinygrad_edu.cli import main; main(['trace', 'x*x', 'x=3'])")
    assert not {name for name in modules if name.split(".")[0] in HEAVY}


def test_the_package_is_typed_licensed_and_of_one_version():
    assert resources.files("tinygrad_edu").joinpath("py.typed").is_file()
    metadata = importlib.metadata.metadata("tinygrad-edu")
    assert metadata["Version"] == tinygrad_edu.__version__ == "0.1.0"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"


def test_the_console_script_is_the_command():
    (script,) = importlib.metadata.entry_points(group="console_scripts", name="tinygrad-edu")
    assert script.load() is importlib.import_module("tinygrad_edu.cli").main


def test_public_names_are_exported_once_and_documented():
    names = [name for name in vars(tinygrad_edu) if not name.startswith("_")]
    undocumented = [name for name in names if not (getattr(tinygrad_edu, name).__doc__ or "").strip()]
    assert not undocumented


def test_no_module_has_the_name_of_a_public_function():
    # Importing such a module would overwrite the function.
    modules = {name.split(".")[1] for name in MODULES if name.count(".") == 1}
    functions = {name for name, thing in vars(tinygrad_edu).items() if callable(thing)}
    assert not modules & functions


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_examples_in_docstrings_run(name):
    if name.startswith("tinygrad_edu.check"):
        pytest.importorskip("hypothesis", reason="the strategies are built on hypothesis, extra [check]")
    if "numba" in name:
        pytest.importorskip("numba", reason="these modules are what numba compiles, extra [fast]")
    if "llvm" in name:
        pytest.importorskip("llvmlite", reason="these modules are what LLVM compiles, extra [fast]")
    if "torch" in name:
        pytest.importorskip("torch", reason="these modules read PyTorch's models, extra [torch]")
    if name.startswith("tinygrad_edu.sklearn"):
        pytest.importorskip("sklearn", reason="these are estimators of scikit-learn, extra [sklearn]")
    if name.endswith(".minimising"):
        pytest.importorskip("scipy", reason="its examples are run by SciPy, extra [scipy]")
    module = importlib.import_module(name)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert re.match(r"(With this|Scalar reverse-mode)", (module.__doc__ or "").strip()), "say what one can do with it"
    result = doctest.testmod(module, optionflags=flags)
    assert result.failed == 0, f"run: python -m pytest --doctest-modules {module.__file__}"


def test_the_rooms_that_open_late_are_those_that_type_checkers_see():
    (seen,) = [node for node in ast.parse(inspect.getsource(tinygrad_edu)).body if isinstance(node, ast.If)]
    declared = {
        alias.asname: (node.module or alias.name)
        for node in seen.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert declared == tinygrad_edu._ROOMS
    for name in declared:
        assert getattr(tinygrad_edu, name) is not None
        assert name in dir(tinygrad_edu)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tinygrad_edu.nothing  # noqa: B018
