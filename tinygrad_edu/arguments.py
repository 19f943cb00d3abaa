"""With this module one can refuse a wrong argument with a message that says what would be right."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from contextlib import suppress
from numbers import Real
from typing import Any


def as_count(value: Any, name: str, least: int = 1) -> int:
    """Give `value` as an int of at least `least`, or raise an error that names the argument."""
    count = as_integer(value, name)
    if count < least:
        raise ValueError(f"{name} must be at least {least}, got {count}")
    return count


def as_seed(value: Any) -> int:
    """Give `value` as an int that seeds a random generator."""
    return as_integer(value, "seed")


def as_integer(value: Any, name: str) -> int:
    """Give `value` as an int; NumPy's integers count, truth values do not."""
    if not isinstance(value, bool):
        try:
            return operator.index(value)
        except TypeError:
            pass
    raise TypeError(f"{name} must be an integer, got {value!r}")


def as_dtype(value: Any) -> str:
    """Give the name of a kind of floats, "float64" or "float32"; NumPy's types count.

    Examples
    --------
    >>> as_dtype("float32")
    'float32'
    """
    name = value if isinstance(value, str) else getattr(value, "name", getattr(value, "__name__", None))
    if value is float:
        return "float64"
    if name not in ("float64", "float32"):
        raise ValueError(f"dtype must be 'float64' (the default) or 'float32', got {value!r:.60}")
    return str(name)


def as_number(
    value: Any, name: str, least: float = -math.inf, most: float = math.inf, below: float = math.inf
) -> float:
    """Give `value` as a finite float from `least` to `most` and `below`, or raise an error that names the argument."""
    if isinstance(value, bool) or not isinstance(value, Real) or is_time(value):
        raise TypeError(f"{name} must be a number, got {value!r:.60}{_as_a_number(value, name)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not (math.isfinite(number) and least <= number <= most and number < below):
        accepted = "a finite number"
        if math.isfinite(least):
            accepted += f" of at least {least:g}"
        if math.isfinite(most):
            accepted += f" and at most {most:g}"
        if math.isfinite(below):
            accepted += f" and below {below:g}"
        gap = _gap(name) if number != number else ""
        raise ValueError(f"{name} must be {accepted}, got {value!r:.60}{gap}")
    return number


def _gap(name: str) -> str:
    """Say what to do about a number that is not known, if it is one of the examples'."""
    if "[" not in name:
        return ""
    others = ", or put in the mean of the others, as tinygrad_edu.data.from_frame and from_csv do"
    return f"; where nothing is known leave the example out{others if name.startswith('X') else ''}"


def _as_a_number(value: Any, name: str) -> str:
    """Say how a number is made of something else, if that is known."""
    if is_time(value):
        return _TIME
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_", "Decimal"):  # of NumPy, too
        return f"; write {'float' if type(value).__name__ == 'Decimal' else 'int'}(...) of it" if "[" in name else ""
    if value is None or type(value).__name__ in ("NAType", "NaTType", "MaskedConstant"):
        return _gap(name)
    if hasattr(value, "item"):  # a tensor
        return "; take its number, .item()"
    return "; take its number, .data" if hasattr(value, "backward") else ""


def is_time(item: Any) -> bool:
    """Whether NumPy or pandas keeps times in it, which are numbers only in some unit, though NumPy calls them whole."""
    return getattr(getattr(item, "dtype", None), "kind", "") in ("m", "M")


_TIME = "; a time is a number only in some unit: take the time since some day, / numpy.timedelta64(1, 'D')"


def without_times(table: Any, name: str) -> Any:
    """Give `table`, unless times are in it."""
    columns = zip(table.columns, table.dtypes, strict=True) if hasattr(table, "columns") else ()
    times = [str(column) for column, kind in columns if getattr(kind, "kind", "") in ("m", "M")]
    if times or is_time(table):
        where = f" in {', '.join(map(repr, times))}" if times else ""
        raise TypeError(f"{name} must hold numbers, but these are times{where}{_TIME}")
    return table


def without_gaps(array: Any, name: str, why: str = "nothing is learnt from gaps") -> Any:
    """Give an array without its mask, if it has one that hides nothing."""
    if not hasattr(array, "filled"):
        return array
    if array.mask.any():
        raise TypeError(f"{name} is a masked array, and {why}: fill them, by its method filled")
    return array.filled()


def as_rows(X: Any) -> list[list[float]]:
    """Copy `X` into a list of rows of finite floats, all of one length."""
    X = as_array(X, "X")
    rows = [_as_numbers(as_list(row, f"X[{i}]"), f"X[{i}]") for i, row in enumerate(as_list(X, "X"))]
    shape_of(rows, "X")
    return rows


def as_examples(X: Any, name: str = "X") -> list[Any]:
    """Copy `X` into a list of rows of finite floats, or of rows of rows (sequences, images), all of one shape."""
    X = as_array(X, name)
    table = as_table(X)
    if table is not None:
        rows: list[Any] = table.tolist()
        return rows
    items = as_list(X, name)
    if items and isinstance(items[0], Real):
        raise TypeError(
            f"{name} must be a sequence of rows, got numbers: {items[0]!r}, ...; of one feature, write each as a row, "
            f"[[x] for x in {name}]"
        )
    rows = [_as_nested(row, f"{name}[{i}]") for i, row in enumerate(items)]
    shape_of(rows, name)
    return rows


def as_table(X: Any) -> Any:
    """Copy an array of examples that are all right, without a look at every number; None for anything else."""
    if getattr(X, "ndim", 0) > 1 and hasattr(X, "dtype"):
        kind = getattr(X.dtype, "kind", "")
        if kind in ("f", "i", "u") and X.size:
            table = _in_double(X)
            return table if (abs(table) < math.inf).all() else None
    return None


def _as_nested(row: Any, name: str) -> list[Any]:
    items = as_list(row, name)
    if items and _is_row(items[0]):
        return [_as_nested(item, f"{name}[{j}]") for j, item in enumerate(items)]
    return _as_numbers(items, name)


def _is_row(item: Any) -> bool:
    """Whether it is a sequence; an array of no axis says that it has a length, but has none."""
    return hasattr(item, "__len__") and not isinstance(item, (str, bytes)) and getattr(item, "ndim", 1) != 0


def _as_numbers(items: list[Any], name: str) -> list[float]:
    with suppress(OverflowError):  # of an int past the largest float
        if {*map(type, items)} <= _PLAIN and all(map(math.isfinite, items)):  # the common case, several times as fast
            return [*map(float, items)]
    return [as_number(x, f"{name}[{j}]") for j, x in enumerate(items)]


_PLAIN = {float, int}


def shape_of(rows: list[Any], name: str) -> tuple[int, ...]:
    """Give the shape of lists of numbers, however deep; raise an error that names the first that has another one."""
    if not rows:
        raise ValueError(f"{name.partition('[')[0]} is empty: give at least one example with at least one feature")
    if not isinstance(rows[0], list):
        return (len(rows),)
    shapes = [shape_of(row, f"{name}[{i}]") for i, row in enumerate(rows)]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            first, other = ("×".join(map(str, counts)) for counts in (shapes[0], shape))
            root = name.partition("[")[0]
            raise ValueError(
                f"every row of {root} needs as many numbers: {name}[0] has {first}, {name}[{i}] has {other}"
            )
    return (len(rows), *shapes[0])


def as_array(table: Any, name: str) -> Any:
    """Give what offers itself as an array (a DataFrame, a tensor) as one of NumPy's; lists stay what they are.

    A column of truth values is one of 0 and 1; a column of text is refused by its name.
    """
    if hasattr(table, "toarray"):  # a sparse matrix
        table = table.toarray()
    if not hasattr(table, "__array__") and not isinstance(table, memoryview):
        return table
    table = without_times(without_gaps(table, name), name)
    if hasattr(table, "columns") and hasattr(table, "dtypes"):
        strange = [str(column) for column, kind in zip(table.columns, table.dtypes, strict=True) if not _numeric(kind)]
        if strange:
            raise TypeError(
                f"every column of {name} must hold numbers, but these do not: {', '.join(map(repr, strange))}; leave "
                f"them out, or make numbers of them, as pandas.get_dummies({name}) does"
            )
        table = table.astype(float)
    import numpy as np

    try:
        array = np.asarray(table)
    except (TypeError, ValueError, RuntimeError) as error:  # of a tensor that is on a graph, or on a device
        raise TypeError(f"{name} cannot be read as an array: {unread(error)}") from None
    return array.astype(float) if array.dtype.kind == "b" and array.ndim > 1 else array


def unread(error: Exception) -> str:
    """Say why NumPy cannot read a tensor, and what to do where PyTorch does not say so itself."""
    half = "; take it in single precision, by its method float" if "BFloat16" in str(error) else ""
    return f"{error}{half}"


def _numeric(kind: Any) -> bool:
    """Whether a column of that type holds numbers; pandas calls its types by the letters of NumPy's."""
    return getattr(kind, "kind", "O") in "fiub"


def as_plain(item: Any, name: str) -> Any:
    """Give numbers, arrays and Series of NumPy, pandas and PyTorch as Python's floats, ints and lists; else `item`.

    NumPy computes as its types are: 100 + 100 is −56 in int8, and a difference in float16 has three digits.
    """
    if not hasattr(item, "tolist"):
        return item
    return (_in_double(item) if _is_longdouble(item) else without_times(item, name)).tolist()


def _is_longdouble(item: Any) -> bool:
    """Whether it holds floats of NumPy's that Python has none for."""
    return getattr(getattr(item, "dtype", None), "char", "") == "g"


def _in_double(array: Any) -> Any:
    """Give numbers of NumPy's as floats of 64 bits; what is past the largest of them is an infinity."""
    import numpy as np

    with np.errstate(over="ignore"):
        return array.astype(float)


def as_list(sequence: Any, name: str) -> list[Any]:
    """Copy a sequence or an array into a list."""
    if hasattr(sequence, "tolist"):  # a NumPy array: its own numbers, as Python's
        try:
            sequence = without_times(sequence, name).tolist()
        except RuntimeError as error:  # of a tensor that keeps only some of its numbers
            raise TypeError(f"{name} cannot be read: {error}; of a sparse tensor take its to_dense()") from None
    if isinstance(sequence, (dict, set, frozenset)):
        raise TypeError(
            f"{name} must be a sequence, in which each item has its place, got a {type(sequence).__name__}: "
            f"{sequence!r:.60}; write list(...) of what you mean, of a dict its values()"
        )
    if isinstance(sequence, (str, bytes)) or not hasattr(sequence, "__iter__"):
        raise TypeError(f"{name} must be a sequence, got {sequence!r:.60}")
    return list(sequence)


def nearest(name: str, known: Iterable[str]) -> str:
    """Ask whether the nearest of the known names was meant, small letters or capitals; empty if none is near."""
    import difflib  # here, for it takes long to import

    written = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name[:80].casefold(), written, 1, cutoff=0.5)
    return f"; did you mean {written[near[0]]!r}?" if near else ""


def unknown(what: str, name: Any, known: Iterable[str]) -> str:
    """Say that nothing of its kind has that name, and which names there are."""
    names = list(known)
    return f"no {what} is called {name!r:.80}{nearest(str(name), names) or '.'} Known: {', '.join(names)}"


def short(text: str) -> str:
    """Quote a piece of text on one line, its middle left out where it is long."""
    return repr(text if len(text) <= 50 else f"{text[:30]}...{text[-15:]}")


def counted(count: int, noun: str) -> str:
    """Write a count with its noun: 1 number, 2 numbers."""
    return f"{count} {noun}{'s' * (count != 1)}"
