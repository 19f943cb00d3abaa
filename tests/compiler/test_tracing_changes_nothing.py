"""While a function is compiled nobody's Values change: not for another thread, not for a moment, not after Ctrl-C."""

import subprocess
import sys
import textwrap
import threading

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value, nn
from tinygrad_edu.errors import FrozenNumberError

SLOT = vars(Value)["_data"]


def in_threads(*functions):
    """Run functions at the same time, and raise what any of them raises."""
    raised = []

    def guarded(function):
        try:
            function()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=guarded, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


class Watched:
    """A model that waits, each time it has been called, until others have done what they are to do meanwhile."""

    def __init__(self, model, wait):
        self.model, self.wait = model, wait

    def __call__(self, x):
        out = self.model(x)
        self.wait()
        return out


def test_threads_compile_one_model_at_the_same_time():
    """All are inside it, the first time and the second time it is traced."""
    model = nn.MLP(3, [4, 1], seed=0)
    before, truth = [p.data for p in model.parameters()], model([1.0, 2.0, 3.0]).data
    together = threading.Barrier(3, timeout=20.0)

    def compile_it():
        out = tg.compile(Watched(model, together.wait))([[1.0, 2.0, 3.0]])
        assert out[0] == pytest.approx(truth, rel=1e-12)

    in_threads(compile_it, compile_it, compile_it)
    assert [p.data for p in model.parameters()] == before
    assert vars(Value)["_data"] is SLOT  # reading it costs what it always did


def test_a_thread_that_computes_meanwhile_sees_the_true_numbers():
    model = nn.MLP(3, [4, 1], seed=0)
    before, truth = [p.data for p in model.parameters()], model([1.0, 2.0, 3.0]).data
    together = threading.Barrier(2, timeout=20.0)
    looks = []

    def wait():  # for the other thread to begin to look, and to have looked
        together.wait()
        together.wait()

    def look():
        for _ in range(2):
            together.wait()
            looks.append(([p.data for p in model.parameters()], model([1.0, 2.0, 3.0]).data))
            together.wait()

    in_threads(look, lambda: tg.compile(Watched(model, wait))([[1.0, 2.0, 3.0]]))
    assert looks == [(before, truth)] * 2


def test_another_thread_may_write_numbers_meanwhile():
    """They are kept, and what is compiled then computes with them."""
    w = Value(1.0)
    traced, written = threading.Event(), threading.Event()

    def f(x):
        traced.set()
        assert written.wait(10.0)
        return w * x

    compiled = tg.compile(f)

    def write():
        assert traced.wait(10.0)
        w.data = 5.0
        written.set()

    in_threads(write, lambda: compiled([1.0]))
    assert w.data == 5.0
    assert compiled([2.0]).tolist() == [10.0]


def test_values_are_found_wherever_a_function_finds_them():
    """No search for them could follow these ways."""

    class Model:
        w = Value(2.0)  # of the class

        def __call__(self, x):
            return self.w * x + self.w.data

    kept = {"w": Value(2.0)}
    by_generator = iter(lambda: kept["w"], None)

    def from_generator(x):
        w = next(by_generator)
        return w * x * w.data

    for f in (Model(), from_generator):
        with pytest.raises(FrozenNumberError, match="reads the number"):
            tg.compile(f)([1.0])
    assert (Model.w.data, kept["w"].data) == (2.0, 2.0)


def test_a_function_that_compiles_another_one_is_compiled():
    w = Value(2.0)

    def honest(x):
        assert tg.compile(lambda y: w * y)([3.0]).shape == (1,)
        return w * x

    assert tg.compile(honest)([5.0]).tolist() == [10.0]
    with pytest.raises(FrozenNumberError, match="reads the number"):
        tg.compile(lambda x: x * w * float(tg.compile(lambda y: w * y)([3.0])[0]))([5.0])
    assert vars(Value)["_data"] is SLOT


def test_gradients_go_to_the_values_themselves():
    w = Value(2.0)
    assert tg.compile(lambda x: w * w * x).backward([3.0]) == 12.0
    assert (w.data, w.grad) == (2.0, 12.0)


INTERRUPTED = """
    import sys
    import tinygrad_edu as tg
    from tinygrad_edu import Value

    slot = vars(Value)["_data"]
    w, b = Value(2.0), Value(-1.0)

    def interrupted_after(events):
        left = events

        def count(frame, event, argument):
            nonlocal left
            left -= 1
            if left == 0:
                raise KeyboardInterrupt

        compiled = tg.compile(lambda x: tg.tanh(w * x) + b)
        sys.setprofile(count)
        try:
            compiled([1.0])
        except KeyboardInterrupt:
            return True
        finally:
            sys.setprofile(None)
        return False

    interrupted_after(10**9)  # what happens only the first time has happened
    events, interrupts = 1, 0
    while interrupted_after(events):
        interrupts += 1
        assert (w.data, b.data) == (2.0, -1.0), events
        assert [p.data for p in tg.topological_order(w * b)] == [2.0, -1.0, -2.0], events
        events += STEP
        if interrupts % 50 == 0:
            assert tg.compile(lambda x: w * x)([3.0]).tolist() == [6.0]
            assert vars(Value)["_data"] is slot
    assert tg.compile(lambda x: w * x)([3.0]).tolist() == [6.0]
    assert vars(Value)["_data"] is slot
    print(interrupts)
"""


def test_an_interrupt_at_any_moment_leaves_the_numbers():
    """Python looks for signals where functions are called and left: there one comes, at each of these in turn."""
    script = textwrap.dedent(INTERRUPTED).replace("STEP", "3")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100
