"""Python's garbage collector is paused and switched on again."""

import gc
import threading

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value


class TestCollectorPaused:
    """Python's collector is for the whole process, and someone else may have switched it off."""

    def test_it_runs_again_after_the_outermost_pause(self):
        with tg.collector_paused():
            with tg.collector_paused():
                assert not gc.isenabled()
            assert not gc.isenabled()
        assert gc.isenabled()

    def test_it_runs_again_after_an_error(self):
        @tg.collector_paused()
        def fails():
            assert not gc.isenabled()
            raise KeyError("inside")

        for _ in range(2):
            with pytest.raises(KeyError, match="inside"):
                fails()
            assert gc.isenabled()

    def test_it_stays_off_if_it_was_off(self):
        gc.disable()
        try:
            with tg.collector_paused():
                pass
            assert not gc.isenabled()
        finally:
            gc.enable()

    def test_pauses_of_two_threads_may_overlap(self):
        first, second = tg.collector_paused(), tg.collector_paused()
        first.__enter__()
        thread = threading.Thread(target=second.__enter__)
        thread.start()
        thread.join()
        first.__exit__(None, None, None)
        assert not gc.isenabled()
        second.__exit__(None, None, None)
        assert gc.isenabled()

    def test_graphs_are_freed_inside_a_pause(self):
        x = Value(2.0)
        with tg.collector_paused():
            y = x * 3.0 + x
            y.backward()
            before = len([o for o in gc.get_objects() if type(o) is Value])
            del y
            after = len([o for o in gc.get_objects() if type(o) is Value])
        assert before - after == 2
