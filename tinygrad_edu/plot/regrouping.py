"""With this module one can see scalars become a matrix: a line of a compiled program beside what it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..arguments import unknown
from ..compiler.arrays.program import Names, Operand
from .style import INK, NORMAL, SMALL, colour, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..compiler.compiled import Compiled

_MOST = 6  # rows and columns that are drawn
_HIGH, _GAP, _LETTER = 0.28, 0.22, 0.068  # inches
_GREY = "#888888"


def matrix_product(compiled: Compiled, line: str = "") -> Figure:
    """Draw a matrix product of a compiled function below the sums of scalars that became it.

    Above stands a sum for each row of the result, for one example and the first column; below the same scalars as
    matrices. What belongs to one row of the result has one colour. At most six rows and columns are drawn, and of a
    stack of products the first. The pale columns are further examples.

    Parameters
    ----------
    compiled : Compiled
        A compiled function that has been called.
    line : str, optional
        Which line of ``compiled.program``, by its name there; by default the first matrix product.

    Returns
    -------
    matplotlib.figure.Figure
        Shows itself in a notebook; ``savefig`` saves it.

    Raises
    ------
    ValueError
        If the program has no matrix product of that name.

    Examples
    --------
    >>> import tinygrad_edu as tg
    >>> layer = tg.compile(tg.nn.Layer(2, 3, seed=0))
    >>> layer([[0.5, -1.0]]).shape
    (1, 3)
    >>> figure = tg.plot.matrix_product(layer)
    """
    from ..compiler.arrays.loop_program import without_loops  # here, for it needs NumPy

    program = without_loops(compiled.program)
    products = {program.label(i): step for i, step in enumerate(program.instructions) if step.kind == "matmul"}
    if not products:
        raise ValueError(f"no line of this program is a matrix product:\n{program}")
    if line and line not in products:
        raise ValueError(unknown("matrix product", line, products))
    name = line or next(iter(products))
    step, names = products[name], Names(program)
    left, right = (_table(names, operand) for operand in step.operands)
    columns = len(right[0])
    result = [[f"{name}[{i * columns + j}]" for j in range(columns)] for i in range(len(left))]
    size = [f"{len(left)}×{len(left[0])}", f"{len(right)}×" + _columns(right, step.operands[1])]
    canvas = _Canvas(max(len(text) for row in [*left, *right, *result] for text in row))
    for i, row in enumerate(left[:_MOST]):
        canvas.sum_of(result[i][0], row[:_MOST], [cells[0] for cells in right[:_MOST]], i, more=len(row) > _MOST)
    canvas.down()
    canvas.block(left, size[0], by_row=True)
    canvas.sign("@")
    canvas.block(right, size[1], by_row=False, more=step.batched)
    canvas.sign("=")
    canvas.block(result, program.size_of(step), by_row=True, more=step.batched)
    return canvas.figure()


def _columns(table: list[list[str]], operand: Operand) -> str:
    count = len(table[0])
    return "N" if operand.batched and count == 1 else f"{count}" + "×N" * operand.batched


def _table(names: Names, operand: Operand) -> list[list[str]]:
    """Give the names of the scalars of an operand, as the rows and columns of the first matrix of its stack."""
    assert operand.rows is not None, "a matrix product reads rows"
    program = names.program
    computed = {
        (step.batched, step.row + i): f"{program.label(index)}[{i}]"
        for index, step in enumerate(program.instructions)
        for i in range(step.height)
    }
    places = [[(operand.batched, row) for row in line] for line in operand.rows[0].tolist()]
    table = [[computed.get(place) or names.row(*place) for place in line] for line in places]
    return [[_short(name, table) for name in row] for row in table]


def _short(name: str, table: list[list[str]]) -> str:
    """Leave out what all names of parameters begin with, such as ``layers.0.neurons.``."""
    dotted = [other.split(".") for row in table for other in row if _is_dotted(other)]
    shared = 0
    while dotted and all(len(parts) > shared + 1 and parts[shared] == dotted[0][shared] for parts in dotted):
        shared += 1
    return ".".join(name.split(".")[shared:]) if _is_dotted(name) else name


def _is_dotted(name: str) -> bool:
    return "." in name and not name.lstrip("-")[:1].isdigit()


class _Cell(NamedTuple):
    x: float
    y: float
    width: float
    text: str
    fill: str | None
    strength: float = 0.22


class _Canvas:
    """Cells and signs, from the upper left, in inches."""

    def __init__(self, longest: int) -> None:
        self.width = max(0.36, 0.14 + _LETTER * longest)
        self.cells: list[_Cell] = []
        self.x, self.y, self.right, self.bottom = 0.0, 0.0, 0.0, 0.0

    def _cell(self, text: str, fill: str | None, width: float = 0.0, strength: float = 0.22) -> None:
        self.cells.append(_Cell(self.x, self.y, width or self.width, text, fill, strength))
        self.x += width or self.width
        self.right, self.bottom = max(self.right, self.x), max(self.bottom, self.y + _HIGH)

    def sign(self, text: str) -> None:
        """Put a sign between two things, on the middle of the matrices."""
        self._cell(text, None, _GAP)

    def sum_of(self, name: str, weights: list[str], factors: list[str], row: int, more: bool) -> None:
        """Write one row of the result as a sum of products."""
        self.x = 0.0
        self._cell(name, colour(row))
        for k, (weight, factor) in enumerate(zip(weights, factors, strict=True)):
            self.sign("+" if k else "=")
            self._cell(weight, colour(row))
            self.sign("·")
            self._cell(factor, _GREY)
        if more:
            self.sign("…")
        self.y += _HIGH + 0.08

    def down(self) -> None:
        """Leave the sums behind, and begin with the matrices."""
        self.x, self.y = self.right / 2 - _GAP, self.y + 0.02
        self.sign("↓")
        self.x, self.y = 0.0, self.y + _HIGH + 0.1

    def block(self, table: list[list[str]], size: str, by_row: bool, more: bool = False) -> None:
        """Draw a matrix; if there is one for every example, hint at the others."""
        start, top = self.x, self.y
        for i, row in enumerate(table[:_MOST]):
            self.x, self.y = start, top + i * _HIGH
            fill = colour(i) if by_row else _GREY
            for text in row[:_MOST]:
                self._cell(text, fill)
            if len(row) > _MOST:
                self.sign("…")
            for strength in (0.12, 0.06) if more else ():
                self._cell("", fill, self.width / 2, strength)
        end = self.x
        self.x, self.y = start, top + min(len(table), _MOST) * _HIGH
        self._cell(size + (" …" if len(table) > _MOST else ""), None, end - start)
        self.x, self.y = end, top

    def figure(self) -> Figure:
        """Draw it all."""
        figure = new_figure(self.right + 0.2, self.bottom + 0.2)
        figure.set_layout_engine("none")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(-0.1, self.right + 0.1), ylim=(self.bottom + 0.1, -0.1))
        axes.set_axis_off()
        for cell in self.cells:
            _draw(axes, cell)
        return figure


def _draw(axes: Axes, cell: _Cell) -> None:
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    if cell.fill is not None:
        box: dict[str, Any] = {"facecolor": to_rgba(cell.fill, cell.strength), "edgecolor": to_rgba(INK, 0.5)}
        axes.add_patch(Rectangle((cell.x, cell.y), cell.width, _HIGH, linewidth=0.6, **box))
    style: dict[str, Any] = {"ha": "center", "va": "center", "color": INK, "fontsize": SMALL if cell.fill else NORMAL}
    axes.text(cell.x + cell.width / 2, cell.y + _HIGH / 2, cell.text.replace("$", r"\$"), **style)
