"""With this module what has columns is a table: as text, in a notebook, as CSV, as a DataFrame."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from typing import Any, ClassVar

from ..files import write_whole


class Tabular:
    """What has columns by name; `to_dict` gives them."""

    __slots__ = ()

    index: ClassVar[str]
    """The column that names the rows."""

    def to_dict(self) -> dict[str, list[Any]]:
        """Give the columns of the table."""
        raise NotImplementedError

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write the table as CSV, with a line of names first.

        Parameters
        ----------
        path : path, optional
            The file, which is written whole or not at all.

        Returns
        -------
        str or None
            The text, if no path is given.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        import csv
        import io

        columns, text = self.to_dict(), io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
        if path is None:
            return text.getvalue()
        write_whole(path, text.getvalue())
        return None

    def to_frame(self) -> Any:
        """Give the table as a DataFrame; its index is the first column.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise ImportError(
                "to_frame needs pandas: pip install pandas; without it, to_dict gives the columns, to_csv the text"
            ) from error
        return pandas.DataFrame(self.to_dict()).set_index(self.index)


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """Write rows of cells, the names first, in columns that are flush right."""
    widths = [max(6, *map(len, cells)) for cells in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows)


def as_html(rows: Sequence[Sequence[str]]) -> str:
    """Write rows of cells, the names first, as an element of HTML."""
    head, *rest = rows
    cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rest)
    return f"<table><thead><tr>{''.join(f'<th>{escape(c)}</th>' for c in head)}</tr></thead>{cells}</table>"
