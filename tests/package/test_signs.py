"""What prints itself can be printed on any stdout, or none; what is returned or saved keeps all signs."""

import io
import sys

import pytest

import tinygrad_edu as tg
from tinygrad_edu import Value
from tinygrad_edu.signs import for_terminal


def printed_things():
    x, w = Value(2.0, "π"), Value(-1.0, "Δw")
    y = w * x**2 - tg.sqrt(x)
    y.backward()
    compiled = tg.compile(lambda v: w * v - 1.0)
    compiled([1.0])
    graph = tg.trace(lambda a: w * a**2 - tg.sqrt(a), 1.0)
    report = tg.check_grads(lambda a: a**2, (1.0,))
    return [
        tg.draw(y), graph, graph.table(2.0), compiled.program, tg.paths(y, x), tg.paths(y, x).paths[0],
        tg.find_nonfinite(tg.log(w) * x), report,
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437", "utf-8"])
def test_whatever_prints_itself_can_be_printed(monkeypatch, encoding):
    things = [thing for thing in printed_things() if thing is not None]
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    for thing in things:
        print(thing)
    stream.flush()
    text = stream.buffer.getvalue().decode(encoding)
    assert "?" not in text
    assert ("π" in text) == (encoding in ("utf-8", "cp437"))


def test_without_a_stream_and_in_files_all_signs_stay(monkeypatch, tmp_path):
    drawing = tg.draw(Value(2.0, "π") * 3.0)
    monkeypatch.setattr(sys, "stdout", None)
    assert "π" in str(drawing)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert "π" in drawing.save(tmp_path / "g.txt").read_text(encoding="utf-8")


def test_signs_without_a_substitute_lose_their_accents_at_least(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert for_terminal("é ≤ x⁻¹² → 3 − π") == "e <= x^-12 -> 3 - pi"
