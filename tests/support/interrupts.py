"""Ctrl-C at every moment: KeyboardInterrupt is raised at the first bytecode of the package, then at the second ..."""

import pathlib
import sys

import tinygrad_edu

PACKAGE = str(pathlib.Path(tinygrad_edu.__file__).parent)


def interrupts(run, every=1):
    """Call `run` again and again, each time interrupted later; yield after each interrupt, until a call is not.

    Only bytecodes of the package count, in frames that are entered during the call.
    """
    moment = 0
    while True:
        left = moment

        def trace(frame, event, argument):
            nonlocal left
            if not frame.f_code.co_filename.startswith(PACKAGE):
                return None
            frame.f_trace_opcodes = True
            if event == "opcode":
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
