"""Run the generic checks against changed source, one forked process a change: python tests/planted/runner.py --help.

The checks are the tests of this suite that iterate over the table and over random programs, in the profile `planted`;
none was written for one of the bugs. Prints one line of JSON a change: its name, what became of it, how long it took.
"""

import argparse
import io
import json
import os
import pathlib
import signal
import sys
import time

HERE = pathlib.Path(__file__).parent
TESTS = HERE.parent
sys.path.insert(0, str(HERE))
CHECKS = ("test_programs.py", "test_state_machine.py", "test_ops_properties.py")
CAUGHT, SURVIVED, TIMEOUT, BROKEN = "caught", "survived", "timeout", "broken"


def generic_checks(first_ops, extra=()):
    """Give pytest's arguments: the checks that need nothing but the package and hypothesis."""
    files = sorted(CHECKS, key=lambda name: (name != CHECKS[-1]) == first_ops)
    return [
        "-x", "-q", "-W", "ignore::pytest.PytestAssertRewriteWarning", "-p", "no:cacheprovider", "--no-header",
        "--hypothesis-profile=planted", "--tb=line",
        "-k", "not pytorch and not worth_testing and not reference",
        f"--rootdir={TESTS.parent}", *[str(TESTS / name) for name in files], *extra,
    ]  # fmt: skip


def attempt(file, text, extra=()):
    """In a fresh process: import the package as changed, run the checks; 1 if they fail, 0 if they pass."""
    import loading
    import pytest

    output = io.StringIO()
    sys.stdout = sys.stderr = output
    if file is not None:
        loading.replace(file, text)
    code = pytest.main(generic_checks(file in ("ops.py", "numeric.py", "operation.py"), extra))
    sys.stdout = sys.__stdout__
    failing = [line for line in output.getvalue().splitlines() if line.startswith("FAILED")]
    report = failing[0] if failing else output.getvalue()[-300:]
    return int(code), report


def run_all(changes, jobs=2, limit=120.0, extra=()):
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
                try:
                    code, report = attempt(file, text, extra)
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
        yield name, SURVIVED if code == 0 else CAUGHT if code in (1, 2) else BROKEN, time.monotonic() - start, report


def planted(bugs):
    """Make the changed texts; a bug whose line is gone, or not the only one, is reported as such."""
    import loading

    for bug in bugs:
        source = (loading.PACKAGE / bug.file).read_text()
        if source.count(bug.right) != 1:
            yield bug.name, None, f"{bug.right!r} occurs {source.count(bug.right)} times in {bug.file}"
        else:
            yield bug.name, bug.file, source.replace(bug.right, bug.wrong)


def main():
    parser = argparse.ArgumentParser(description="Plant bugs and see whether the generic checks catch them.")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", help="part of the name of a bug")
    parser.add_argument("--every", type=int, default=1, help="plant only every so many-th bug")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds a bug")
    options = parser.parse_args()
    import hypothesis.stateful  # noqa: F401  (imported once, before the processes part)
    import numpy  # noqa: F401
    import pytest  # noqa: F401
    from bugs import BUGS

    bugs = [bug for bug in BUGS if options.only is None or options.only in bug.name][:: options.every]
    changes = [("(nothing planted)", None, "")] if options.only is None else []
    for name, file, text in planted(bugs):
        if file is None:
            print(json.dumps({"name": name, "outcome": "misplaced", "seconds": 0.0, "report": text}), flush=True)
        else:
            changes.append((name, file, text))
    for name, outcome, seconds, report in run_all(changes, options.jobs, options.limit):
        print(
            json.dumps({"name": name, "outcome": outcome, "seconds": round(seconds, 2), "report": report}), flush=True
        )


if __name__ == "__main__":
    main()
