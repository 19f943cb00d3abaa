"""With this module a context decorates functions of every kind: it is open while they compute, and not in between."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ContextDecorator
from functools import partial, wraps
from types import CodeType
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200
"""Flags of Python's code objects, as `inspect` has them, which takes longer to import than the whole package."""


class Decorator(ContextDecorator):
    """A context that decorates functions, coroutine functions and generator functions.

    A coroutine function gives a coroutine at once, and a generator function a generator: a context around the call
    would be over before either computes anything.
    """

    def _recreate_cm(self) -> Any:
        raise NotImplementedError

    def __call__(self, function: F) -> F:
        """Give a function that computes inside of this context, of one anew in every call."""
        if not callable(function):
            raise TypeError(f"{type(self).__name__} decorates a function, got {function!r:.60}")
        kind = _flags(function)
        if kind & _ASYNC_GENERATOR:
            raise TypeError(
                f"{type(self).__name__} does not decorate {function.__name__}, an asynchronous generator: "
                f"write `with {type(self).__name__}...:` inside of it, around what computes"
            )
        if kind & _COROUTINE:

            @wraps(function)
            async def awaited(*args: Any, **keywords: Any) -> Any:
                with self._recreate_cm():
                    return await function(*args, **keywords)

            return cast("F", awaited)
        if kind & _GENERATOR:

            @wraps(function)
            def stepwise(*args: Any, **keywords: Any) -> Generator[Any, Any, Any]:
                return _within(self._recreate_cm, function(*args, **keywords))

            return cast("F", stepwise)
        return super().__call__(function)


def _flags(function: Any) -> int:
    """Give the flags of a function's code, or of the function that a method or a `partial` calls."""
    while isinstance(function, partial):
        function = function.func
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return code.co_flags if isinstance(code, CodeType) else 0


def _within(
    context: Callable[[], AbstractContextManager[Any]], generator: Generator[Any, Any, Any]
) -> Generator[Any, Any, Any]:
    """Take every step of a generator inside of a context, and none of what is done with its items."""
    step = partial(generator.send, None)
    while True:
        with context():
            try:
                item = step()
            except StopIteration as end:
                return end.value
        try:
            step = partial(generator.send, (yield item))
        except GeneratorExit:
            generator.close()
            raise
        except BaseException as error:  # thrown in: the generator may catch it
            step = partial(generator.throw, error)
