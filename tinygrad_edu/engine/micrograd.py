"""With this module programs that were written for micrograd, and its lectures, find what they look for in a Value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .tagged import Tagged


class CalledAsInMicrograd(Tagged):
    """A node's name, operands and operation, called as micrograd calls them."""

    __slots__ = ()

    if TYPE_CHECKING:
        op: Any

        @property
        def parents(self) -> tuple[Any, ...]: ...

    @property
    def label(self) -> str:
        """The name as micrograd's lectures call it; empty if there is none."""
        return self.name or ""

    @label.setter
    def label(self, label: str) -> None:
        self.name = label if label != "" else None

    @property
    def _prev(self) -> tuple[Any, ...]:
        """The operands, each once, for programs that draw or walk micrograd's graphs."""
        return tuple(dict.fromkeys(self.parents))

    @property
    def _op(self) -> str:
        """The operation as micrograd writes it: ``+``, ``*``, ``**2``, ``tanh``; empty for a leaf or plain number."""
        from ..ops.notation import in_ascii

        return in_ascii(self.op, self.parents) if self.op is not None else ""
