"""Run the generic checks against changed source, one forked process a change: python tests/planted/runner.py --help.

The checks are the tests of this suite that iterate over the table and over random programs, in the profile `planted`;
none was written for one of the bugs. Prints one line of JSON a change: its name, what became of it, how long it took.
"""

import argparse
import importlib
import io
import json
import os
import pathlib
import resource
import signal
import sys
import time
import warnings

HERE = pathlib.Path(__file__).parent
TESTS = HERE.parent
sys.path.insert(0, str(HERE))
CHECKS = ("check.test_programs", "engine.test_state_machine", "ops.test_table")
LEFT_OUT = ("pytorch", "reference", "worth_testing")  # these need PyTorch, or look at the checks themselves
_MEMORY = 8 << 30
_SECONDS = 15.0  # for one test
EXAMPLES = 60
CAUGHT, SURVIVED, TIMEOUT = "caught", "survived", "timeout"


def calls(module, every=1):
    """List the tests of a module with their parameters: what pytest would call, without its time to collect.

    Of each test with parameters only every so many-th, if that is asked for.
    """
    for name, test in vars(module).items():
        if name.startswith("Test"):
            yield name, test("runTest").runTest, {}
        if not name.startswith("test_") or any(word in name for word in LEFT_OUT):
            continue
        marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
        if not marks:
            yield name, test, {}
            continue
        (mark,) = marks  # of several, their product would have to be taken
        for value in list(mark.args[1])[::every]:
            yield f"{name}[{getattr(value, 'name', value)}]", test, {mark.args[0]: value}


def generic_checks(first_ops, examples, every=1):
    """Run the checks that need nothing but the package and hypothesis; give the first that fails, or None."""
    sys.path[:0] = [str(TESTS), str(TESTS.parent)]
    warnings.simplefilter("error")
    import conftest  # noqa: F401
    from hypothesis import settings

    settings.register_profile("as planted", settings.get_profile("planted"), max_examples=examples)
    settings.load_profile("as planted")
    for file in sorted(CHECKS, key=lambda name: (name != CHECKS[-1]) == first_ops):
        for name, test, parameters in calls(importlib.import_module(file), every):
            patience(_SECONDS)
            try:
                test(**parameters)
            except Exception as error:
                return f"{file}::{name} {type(error).__name__}: {error}"
    return None


def patience(seconds):
    """Interrupt what takes more than so many seconds of processor time from now on: a change may loop for ever."""
    signal.signal(signal.SIGVTALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)


class Patience:
    """A plugin of pytest: each test has its own time."""

    def pytest_runtest_setup(self, item):
        patience(_SECONDS)


def attempt(file, text, examples, own_tests=()):
    """In a fresh process: import the package as changed and run the checks; 1 and the first failure, or 0."""
    import loading

    output = io.StringIO()
    sys.stdout = sys.stderr = output
    if file is not None:
        loading.replace(file, text)
    about_table = file is not None and file.startswith("ops/")
    # Where nothing is planted these checks are the tests that run anyway: few of them show that they are run here too.
    unchanged = file is None or text == (loading.PACKAGE / file).read_text()
    every = 10 if unchanged and examples < EXAMPLES else 1
    kinds = [lambda: generic_checks(about_table, examples, every)]
    if own_tests:  # what kills soonest comes first: properties over the table for the table, examples for the rest
        kinds.insert(len(kinds) if about_table else 0, lambda: own_failure(own_tests, output))
    for check in kinds:
        failure = check()
        if failure is not None:
            return 1, failure
    return 0, ""


def own_failure(own_tests, output):
    """Run tests of the engine by their files; give the first that fails, or None."""
    import pytest

    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # no plugin is needed here, and one takes 4 s to load
    # The chain of a million nodes takes 14 s, and sees only what shorter ones see.
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "--assert=plain", "-k", "not million"]
    arguments += ["-o", "addopts=--import-mode=importlib"]  # and no more processes
    if not pytest.main([*arguments, f"--rootdir={TESTS.parent}", *own_tests], [Patience()]):
        return None
    failing = [line for line in output.getvalue().splitlines() if line.startswith("FAILED")]
    return failing[0] if failing else output.getvalue()[-300:]


def run_all(changes, jobs=2, limit=120.0, own_tests=(), examples=EXAMPLES):
    """Fork a process a change (name, file, text), `jobs` at once; yield name, outcome, seconds, first failure."""
    waiting = list(changes)[::-1]
    running = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            name, file, text = waiting.pop()
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(reading)
                os.setsid()
                resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))  # for changes that loop and collect
                try:
                    code, report = attempt(file, text, examples, own_tests)
                except BaseException as error:  # a change may make the import fail: that is noticed, too
                    code, report = 1, f"{type(error).__name__}: {error}"
                os.write(writing, json.dumps([code, report[:400]]).encode())
                os._exit(0)
            os.close(writing)
            running[pid] = (name, reading, time.monotonic())
        pid, _ = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            for child, (_, _, start) in running.items():
                if time.monotonic() - start > limit:
                    os.kill(child, signal.SIGKILL)
            time.sleep(0.005)
            continue
        name, reading, start = running.pop(pid)
        with os.fdopen(reading, "rb") as pipe:
            answer = pipe.read()
        if not answer:
            yield name, TIMEOUT, time.monotonic() - start, ""
            continue
        code, report = json.loads(answer)
        yield name, CAUGHT if code else SURVIVED, time.monotonic() - start, report


def planted(bugs):
    """Make the changed texts; a bug whose line is gone, or not the only one, is reported as such."""
    import loading

    for bug in bugs:
        source = (loading.PACKAGE / bug.file).read_text()
        if bug.right != bug.wrong and source.count(bug.right) != 1:
            yield bug.name, None, f"{bug.right!r} occurs {source.count(bug.right)} times in {bug.file}"
        else:
            yield bug.name, bug.file, source.replace(bug.right, bug.wrong)


def records(bugs, jobs, limit, examples):
    """Plant some bugs and give what became of each, as it is printed."""
    for own in dict.fromkeys(bug.tests for bug in bugs):
        changes = []
        for name, file, text in planted([bug for bug in bugs if bug.tests == own]):
            if file is None:
                yield {"name": name, "outcome": "misplaced", "seconds": 0.0, "report": text}
            else:
                changes.append((name, file, text))
        tests = [str(TESTS / test) for test in own]
        for name, outcome, seconds, report in run_all(changes, jobs, limit, tests, examples=examples):
            yield {"name": name, "outcome": outcome, "seconds": round(seconds, 2), "report": report}


def main():
    parser = argparse.ArgumentParser(description="Plant bugs and see whether the generic checks catch them.")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", help="part of the name of a bug")
    parser.add_argument("--every", type=int, default=1, help="plant only every so many-th bug")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds a bug")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of hypothesis, of each property")
    parser.add_argument("--ask", action="store_true", help="answer each name of a bug that comes, a line each")
    options = parser.parse_args()
    import hypothesis.stateful  # noqa: F401  (imported once, before the processes part)
    import numpy  # noqa: F401
    import pytest  # noqa: F401
    from bugs import BUGS, NOTHING

    if options.ask:
        lots = ([bug for bug in (NOTHING, *BUGS) if bug.name == line.rstrip("\n")] for line in sys.stdin)
    else:
        chosen = [bug for bug in BUGS if options.only is None or options.only in bug.name][:: options.every]
        lots = [chosen if options.only else [NOTHING, *chosen]]
    for bugs in lots:
        for record in records(bugs, options.jobs, options.limit, options.examples):
            print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
