"""With this module a graph can be written as JSON, read again, and checked to be well formed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .. import json_numbers
from ..arguments import nearest
from ..engine.context import Scope
from ..engine.value import Value
from ..errors import GraphError
from ..ops.operation import Op, entries
from ..ops.table import CONSTANT
from .equations import Equations, Fields
from .structure import NUMBER, Structure
from .variable import Eqn, Tracer, Var

FORMAT = "tinygrad_edu graph"
VERSION = 1
_MAX_DEPTH = 50


# ---------------------------------------------------------------------------------------- writing


def to_json(graph: Equations) -> str:
    """Write a graph as JSON text; see `Graph.to_json`."""
    constants: dict[str, int] = {}
    used = [p for var in graph.equations for p in var.parents] + list(graph.outputs)
    for var in used:
        if var.op is CONSTANT:
            constants.setdefault(repr(var.data), len(constants))
    place: dict[Any, int] = {}
    for var in (*graph.inputs, *graph.captured_variables):
        place[var] = len(place)
    place.update({text: len(place) + i for text, i in constants.items()})
    for var in graph.equations:
        place[var] = len(place)
    scopes: dict[Scope, int] = {}
    for var in graph.equations:
        for scope in var.scope.chain() if var.scope is not None else ():
            scopes.setdefault(scope, len(scopes))

    def at(var: Var) -> int:
        return place[repr(var.data)] if var.op is CONSTANT else place[var]

    def equation(var: Eqn) -> dict[str, Any]:
        if entries.get(var.op.name, var.op) is not var.op:
            raise GraphError(
                f"the operation {var.op.name!r} is your own but called like one of the table, as which it would be "
                "read back: give it another name"
            )
        record: dict[str, Any] = {"op": var.op.name, "args": [at(p) for p in var.parents]}
        if var.name is not None:
            record["name"] = var.name
        if var.scope is not None:
            record["scope"] = scopes[var.scope]
        return record

    return json.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "name": graph.name,
            "inputs": [var.name for var in graph.inputs],
            "captured": [{"name": value.name, "data": json_numbers.to_json(value.data)} for value in graph.captured],
            "constants": [json_numbers.to_json(float(text)) for text in constants],
            "scopes": [
                {"name": s.name, "parent": scopes[s.parent] if s.parent is not None else None} for s in scopes
            ],
            "equations": [equation(var) for var in graph.equations],
            "outputs": [at(var) for var in graph.outputs],
            "arguments": _write_structure(graph.input_structure),
            "result": _write_structure(graph.output_structure),
        },
        allow_nan=False,
        ensure_ascii=False,
    )  # fmt: skip


def _write_structure(structure: Structure) -> Any:
    if structure.kind == "number":
        return "number"
    if structure.kind == "array":
        return {"array": list(structure.keys)}
    children = [_write_structure(child) for child in structure.children]
    if structure.kind not in ("list", "tuple") and structure.keys:  # a dataclass comes back as a dict
        if not all(isinstance(key, str) for key in structure.keys):
            raise GraphError(f"only dicts with str keys can be written as JSON, got the keys {structure.keys!r:.80}")
        return {"dict": dict(zip(structure.keys, children, strict=True))}
    return {"list" if structure.kind == "list" else "tuple": children}  # a named tuple comes back as a tuple


# ---------------------------------------------------------------------------------------- reading


def from_json(text: str, ops: Iterable[Op] = ()) -> Fields:
    """Read what a graph is made of from JSON text; see `Graph.from_json`."""
    if not isinstance(text, (str, bytes)):
        raise GraphError(f"Graph.from_json takes the text that to_json wrote, got {type(text).__name__}")
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GraphError(f"not JSON: {error}") from None
    _expect(
        isinstance(record, dict) and record.get("format") == FORMAT, f'a JSON object with "format": "{FORMAT}"', record
    )
    version = record.get("version")
    _expect(version == VERSION and type(version) is int, f"version {VERSION} (the one this release reads)", version)
    known = entries | {op.name: op for op in ops}

    tracer = Tracer()
    name = _expect_type(record.get("name"), str, '"name" as a str')
    places: list[Var] = [
        tracer.input(_expect_type(x, str, "the name of an input as a str")) for x in _list(record, "inputs")
    ]
    inputs = tuple(places)
    for item in _list(record, "captured"):
        _expect(isinstance(item, dict), "a captured Value as an object", item)
        label = item.get("name")
        _expect(label is None or isinstance(label, str), "the name of a captured Value as a str or null", label)
        places.append(tracer.lift(Value(_read(item.get("data")), label)))
    places += [tracer.constant(_read(item)) for item in _list(record, "constants")]
    scopes: list[Scope] = []
    for item in _list(record, "scopes"):
        _expect(isinstance(item, dict), "a scope as an object", item)
        parent = item.get("parent")
        label = _expect_type(item.get("name"), str, "the name of a scope as a str")
        scopes.append(Scope(label, None if parent is None else _at(scopes, parent, "an earlier scope")))
    for item in _list(record, "equations"):
        _expect(isinstance(item, dict), "an equation as an object", item)
        op = _operation(item.get("op"), known)
        args = tuple([_at(places, i, "an earlier variable") for i in _list(item, "args")])
        _expect(op.arity in (None, len(args)), f"{op.arity} operands for {op.name}", len(args))
        tag: Any = _at(scopes, item["scope"], "a scope") if "scope" in item else None
        if "name" in item:
            label = _expect_type(item["name"], str, "the name of an equation as a str")
            tag = label if tag is None else (label, tag)
        places.append(tracer.variable(op, args, tag))
    outputs = [_at(places, i, "a variable") for i in _list(record, "outputs")]
    arguments, result = (_read_structure(record.get(key), 0) for key in ("arguments", "result"))
    _expect(arguments.kind == "tuple", '"arguments" as a tuple', str(arguments))
    return name, inputs, arguments, tracer, outputs, result


def _expect(holds: bool, what: str, got: Any) -> None:
    if not holds:
        raise GraphError(f"not a graph: expected {what}, got {got!r:.80}")


def _expect_type(item: Any, kind: type, what: str) -> Any:
    _expect(isinstance(item, kind), what, item)
    return item


def _list(record: dict[str, Any], key: str) -> list[Any]:
    items = record.get(key)
    _expect(isinstance(items, list), f'"{key}" as a list', items)
    return items  # type: ignore[return-value]


def _at(places: list[Any], index: Any, what: str) -> Any:
    _expect(type(index) is int and 0 <= index < len(places), f"the number of {what} (0 to {len(places) - 1})", index)
    return places[index]


def _read(item: Any) -> float:
    try:
        return json_numbers.from_json(item)
    except ValueError as error:
        raise GraphError(f"not a graph: {error}") from None


def _operation(name: Any, known: dict[str, Op]) -> Op:
    if not isinstance(name, str) or name not in known or known[name] is CONSTANT:
        raise GraphError(
            f"not a graph: unknown operation {name!r:.60}{nearest(str(name), known)} (operations of your own are "
            "passed as from_json(text, ops=[...]))"
        )
    return known[name]


def _read_structure(item: Any, depth: int) -> Structure:
    _expect(depth < _MAX_DEPTH, f"containers nested at most {_MAX_DEPTH} deep", "more")
    if item == "number":
        return NUMBER
    _expect(isinstance(item, dict) and len(item) == 1, "a structure", item)
    ((kind, children),) = item.items()
    if kind == "dict":
        _expect(isinstance(children, dict), "the keys of a dict", children)
        return Structure("dict", tuple(_read_structure(c, depth + 1) for c in children.values()), tuple(children))
    if kind == "array":
        whole = isinstance(children, list) and all(type(length) is int and length >= 0 for length in children)
        _expect(whole and len(children) <= _MAX_DEPTH, "the lengths of the axes of an array", children)
        return Structure("array", (), tuple(children))
    _expect(kind in ("list", "tuple") and isinstance(children, list), "a list or tuple", kind)
    return Structure(kind, tuple(_read_structure(child, depth + 1) for child in children))
