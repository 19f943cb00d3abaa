"""With this module one can write LLVM's intermediate representation, line by line: loops over vectors of eight numbers.

A line computes one thing and gives it a name, as in the traces of this library. What is written is as it is to run:
loops, and in them vectors that are held in registers. So nothing needs to be optimised, which would take most of the
time, and LLVM only has to choose instructions of the processor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from struct import pack

LANES = 8
"""Numbers in a vector: examples side by side. A processor with shorter registers takes several for one."""

VECTOR, MASK, PLACES = "<8 x double>", "<8 x i1>", "<8 x i64>"
ZERO = "zeroinitializer"
COUNTING = f"<{', '.join(f'i64 {lane}' for lane in range(LANES))}>"

Whole = int | str
"""A whole number: known, or the name of a line."""


class Code:
    """A function without result that is being written.

    Attributes
    ----------
    lines : list of str
    called : set of str
        Functions of the C library that it needs.
    """

    def __init__(self) -> None:
        self.lines: list[str] = ["start:"]
        self._block = "start"  # that the next line belongs to
        self._names = 0
        self._tables: dict[tuple[str, ...], str] = {}
        self._functions: dict[str, None] = {}
        self.called: set[str] = set()

    def text(self, head: str) -> str:
        """Give the module; `head` is the name of the function and its parameters.

        Parameters
        ----------
        head : str

        Returns
        -------
        str
        """
        tables = [f"{name} = private constant [{len(items)} x {items[0].split()[0]}] [{', '.join(items)}]"
                  for items, name in self._tables.items()]  # fmt: skip
        return "\n".join([*tables, *self._functions, f"define void {head} {{", *self.lines, "ret void", "}"])

    # ------------------------------------------------------------------------------------ lines

    def do(self, line: str) -> None:
        """Write a line that has no value."""
        self.lines.append(line)

    def get(self, value: str) -> str:
        """Write a line, and give the name of its value."""
        name = self._name("%t")
        self.lines.append(f"{name} = {value}")
        return name

    def _name(self, head: str) -> str:
        self._names += 1
        return f"{head}{self._names}"

    def _begin(self, label: str) -> None:
        self.lines.append(f"{label}:")
        self._block = label

    def loop(
        self,
        count: Whole,
        body: Callable[[str, list[str]], Sequence[str] | None],
        step: Whole = 1,
        carried: Sequence[str] = (),
    ) -> list[str]:
        """Write a loop, which runs once at least.

        Parameters
        ----------
        count : int or str
            Where the counter stops.
        body : callable
            ``body(counter, vectors)`` writes what is done, and gives the carried vectors anew.
        step : int or str, default 1
        carried : sequence of str
            Vectors before the loop, that each turn hands on to the next in registers.

        Returns
        -------
        list of str
            The carried vectors after the loop.
        """
        counter, top, end = self._name("%i"), self._name("top"), self._name("end")
        vectors = [self._name("%v") for _ in carried]
        before = self._block
        self.do(f"br label %{top}")
        self._begin(top)
        place = len(self.lines)
        after = list(body(counter, vectors) or ())
        following = self.get(f"add nuw nsw i64 {counter}, {step}")
        again = self.get(f"icmp slt i64 {following}, {count}")
        self.do(f"br i1 {again}, label %{top}, label %{end}")
        kept = [("i64", counter, "0", following)]
        kept += [(VECTOR, *three) for three in zip(vectors, carried, after, strict=True)]
        self.lines[place:place] = [
            f"{name} = phi {kind} [{first}, %{before}], [{new}, %{self._block}]" for kind, name, first, new in kept
        ]
        self._begin(end)
        return after

    def when(self, condition: str, body: Callable[[], Sequence[str]], otherwise: Sequence[str] = ()) -> list[str]:
        """Write lines that are run only if a condition holds; their vectors, or others."""
        then, end, before = self._name("then"), self._name("end"), self._block
        self.do(f"br i1 {condition}, label %{then}, label %{end}")
        self._begin(then)
        made = body()
        inside = self._block
        self.do(f"br label %{end}")
        self._begin(end)
        pairs = zip(made, otherwise, strict=True)
        return [self.get(f"phi {VECTOR} [{new}, %{inside}], [{old}, %{before}]") for new, old in pairs]

    # ------------------------------------------------------------------------------------ whole numbers

    def plus(self, a: Whole, b: Whole) -> Whole:
        """Add; known numbers at once."""
        if isinstance(a, int) and isinstance(b, int):
            return a + b
        return a if b == 0 else b if a == 0 else self.get(f"add nsw i64 {a}, {b}")

    def times(self, a: Whole, b: Whole) -> Whole:
        """Multiply; known numbers at once."""
        if isinstance(a, int) and isinstance(b, int):
            return a * b
        if a == 0 or b == 0:
            return 0
        return a if b == 1 else b if a == 1 else self.get(f"mul nsw i64 {a}, {b}")

    def least(self, a: Whole, b: Whole) -> str:
        """Take the smaller."""
        return self.get(f"select i1 {self.get(f'icmp slt i64 {a}, {b}')}, i64 {a}, i64 {b}")

    def entry(self, kind: str, items: Iterable[str], place: Whole) -> str:
        """Read an entry of a table that never changes."""
        table = tuple(f"{kind} {item}" for item in items)
        name = self._tables.setdefault(table, f"@table{len(self._tables)}")
        return self.get(f"load {kind}, ptr {self.get(f'getelementptr {kind}, ptr {name}, i64 {place}')}")

    # ------------------------------------------------------------------------------------ memory and vectors

    def at(self, start: str, place: Whole) -> str:
        """Give the address of a number."""
        return self.get(f"getelementptr double, ptr {start}, i64 {place}")

    def vector(self, address: str) -> str:
        """Read a vector, which begins at a line of the cache."""
        return self.get(f"load {VECTOR}, ptr {address}, align 64")

    def keep(self, vector: str, address: str) -> None:
        """Write a vector."""
        self.do(f"store {VECTOR} {vector}, ptr {address}, align 64")

    def number(self, address: str) -> str:
        """Read one number."""
        return self.get(f"load double, ptr {address}, align 8")

    def spread(self, number: str, kind: str = "double") -> str:
        """Give a vector with one number in every lane."""
        one = self.get(f"insertelement <8 x {kind}> poison, {kind} {number}, i32 0")
        return self.get(f"shufflevector <8 x {kind}> {one}, <8 x {kind}> poison, <8 x i32> {ZERO}")

    def call(self, function: str, *vectors: str) -> str:
        """Call a function of vectors that LLVM has, such as ``sqrt``."""
        kinds = ", ".join([VECTOR] * len(vectors))
        self.declare(f"declare {VECTOR} @llvm.{function}.v8f64({kinds})")
        return self.get(f"call {VECTOR} @llvm.{function}.v8f64({', '.join(f'{VECTOR} {x}' for x in vectors)})")

    def added_product(self, a: str, b: str, c: str) -> str:
        """Give a · b + c, rounded once where the processor can."""
        return self.call("fmuladd", a, b, c)

    def choose(self, condition: str, a: str, b: str) -> str:
        """Take lanes of a where the condition holds, else of b."""
        return self.get(f"select {MASK} {condition}, {VECTOR} {a}, {VECTOR} {b}")

    def compare(self, how: str, a: str, b: str) -> str:
        """Compare lanes, by a name such as ``olt``: ordered, and less."""
        return self.get(f"fcmp {how} {VECTOR} {a}, {b}")

    def arithmetic(self, what: str, a: str, b: str) -> str:
        """Do ``fadd`` or its like, lane by lane."""
        return self.get(f"{what} {VECTOR} {a}, {b}")

    def declare(self, function: str) -> None:
        """Say that there is a function, or what it is."""
        self._functions[function] = None


def constant(number: float) -> str:
    """Write a number exactly: by its bits."""
    return f"0x{pack('>d', number).hex().upper()}"


def constants(number: float) -> str:
    """Write a vector with this number in every lane.

    Parameters
    ----------
    number : float

    Returns
    -------
    str
    """
    return f"<{', '.join([f'double {constant(number)}'] * LANES)}>"
