"""Ctrl-C at every moment: KeyboardInterrupt is raised where Python would raise it, first here, then one place later."""

import dis
import pathlib
import sys

import tinygrad_edu

PACKAGE = str(pathlib.Path(tinygrad_edu.__file__).parent)
# CPython looks for signals where a function begins, where a loop goes back, and at calls.
PLACES = ("RESUME", "CALL", "JUMP_BACKWARD")


def interrupts(run, every=1):
    """Call `run` again and again, each time interrupted later; yield after each interrupt, until a call is not.

    Only the package is interrupted, in frames that are entered during the call. The first moment of an `__exit__` is
    left out: what a context should do there nobody can do for it, be it written in Python.
    """
    moment = 0
    while True:
        left = moment

        def trace(frame, event, argument):
            nonlocal left
            code = frame.f_code
            if not code.co_filename.startswith((PACKAGE, "<tinygrad_edu")):
                return None
            frame.f_trace_opcodes = True
            if event == "opcode":
                name = dis.opname[code.co_code[frame.f_lasti]]
                if name.startswith(PLACES) and not (name == "RESUME" and code.co_name == "__exit__"):
                    if left == 0:
                        sys.settrace(None)
                        raise KeyboardInterrupt
                    left -= 1
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            run()
        except KeyboardInterrupt:
            pass
        else:
            return
        finally:
            sys.settrace(before)
        yield
        moment += every
