"""Ctrl-C at every moment: KeyboardInterrupt is raised where Python would raise it, first here, then one place later."""

import dis
import pathlib
import sys
from functools import cache

import tinygrad_edu

PACKAGE = str(pathlib.Path(tinygrad_edu.__file__).parent)
# CPython looks for signals where a function begins, where a loop goes back, and at calls.
PLACES = ("RESUME", "CALL", "JUMP_BACKWARD")


@cache
def exits(code):
    """Find where `with` calls `__exit__(None, None, None)`."""
    steps = [step for step in dis.get_instructions(code) if step.opname not in ("PRECALL", "CACHE")]
    nothing = [step.opname in ("LOAD_CONST", "LOAD_COMMON_CONSTANT") and step.argval is None for step in steps]
    return {
        step.offset
        for i, step in enumerate(steps)
        if step.opname == "CALL" and i >= 3 and all(nothing[i - 3 : i]) and step.arg in (2, 3)
    }


def interrupts(run, every=1):
    """Call `run` again and again, each time interrupted later; yield after each interrupt, until a call is not.

    What is yielded is what the call gave back, if it caught the interrupt, else None. Only the package is interrupted,
    in frames that are entered during the call. The call of an `__exit__`, and its first moment, are left out: what a
    context should do there nobody can do for it, be it written in Python.
    """
    moment = 0
    while True:
        left, given = moment, None

        def trace(frame, event, argument):
            nonlocal left
            code = frame.f_code
            if not code.co_filename.startswith((PACKAGE, "<tinygrad_edu")):
                return None
            frame.f_trace_opcodes = True
            if event == "opcode":
                name = dis.opname[code.co_code[frame.f_lasti]]
                leaving = code.co_name == "__exit__" if name == "RESUME" else frame.f_lasti in exits(code)
                if name.startswith(PLACES) and not leaving:
                    left -= 1
                    if left < 0:
                        sys.settrace(None)
                        raise KeyboardInterrupt
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            given = run()
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(before)
        if left >= 0:  # it went through
            return
        yield given
        moment += every
