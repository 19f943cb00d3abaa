"""Numbers that README states, held against what was measured."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def check_stated(measured):
    """Demand that both editions state these numbers, but for a hundredth, one after the other."""
    for edition in ("README.md", "README.zh.md"):
        text = re.sub(r"(?<=\d),(?=\d{3})", "", (ROOT / edition).read_text("utf-8"))
        numbers = [float(number) for number in re.findall(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w.]*\d)", text)]
        stated = numbers[numbers.index(measured[0]) :][:40]
        place = 0
        for number in measured:
            found = [i for i, x in enumerate(stated[place:]) if x == pytest.approx(number, rel=0.01, abs=1.0)]
            assert found, f"{edition} does not state {number} where it should; what was measured: {measured}"
            place += found[0] + 1
