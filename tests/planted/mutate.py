"""Mutation testing with cosmic-ray's operators: change the source everywhere it can be changed, and see who notices.

    python -m venv /tmp/cosmic && /tmp/cosmic/bin/pip install cosmic-ray
    /tmp/cosmic/bin/python tests/planted/mutate.py list > mutants.jsonl
    python tests/planted/mutate.py run mutants.jsonl --jobs 2 > results.jsonl
    python tests/planted/mutate.py score results.jsonl

`list` needs cosmic-ray, `run` what the tests need. Every mutant meets the generic checks and the engine's own tests.
"""

import argparse
import difflib
import itertools
import json
import pathlib
import random
import re
import sys

HERE = pathlib.Path(__file__).parent
PACKAGE = HERE.parents[1] / "tinygrad_edu"
FILES = (
    *(
        "ops/piecewise.py",
        "ops/elementary.py",
        "ops/special_functions.py",
        "ops/many.py",
        "ops/operation.py",
        "ops/float_sequences.py",
        "ops/floats.py",
        "engine/edges.py",
        "engine/value.py",
        "engine/sweep.py",
    ),
    *("graph/graph.py", "graph/equations.py", "graph/tracing.py", "graph/simplifying.py", "graph/printing.py"),
    *("transforms/derivatives.py", "transforms/fresh_call.py"),
)
OWN_TESTS = (
    *("engine/test_value.py", "engine/test_sweep.py", "engine/test_context.py", "engine/test_copying.py"),
    *("engine/test_memory.py", "engine/test_collector.py", "ops/test_operation.py", "ops/test_functions.py"),
    *("inspection/test_stepwise.py", "inspection/test_pathwise.py", "inspection/test_nonfinite.py"),
    *("graph/test_graph.py", "graph/test_tracing.py", "graph/test_simplifying.py", "graph/test_printing.py"),
    *("graph/test_json_text.py", "graph/test_validation.py", "graph/test_python_text.py"),
    "transforms/test_derivatives.py",
)
# Changes that cannot matter: type hints are not run (| in them is cosmic-ray's favourite), nor are docstrings.
LEFT_OUT = ("core/RemoveDecorator", "core/ReplaceBinaryOperator_BitOr")


def mutants(files):
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    for file in files:
        source = (PACKAGE / file).read_text()
        for name in sorted(operator_names()):
            if name.startswith(LEFT_OUT):
                continue
            make = get_operator(name)
            if make.arguments():
                continue  # replaces names given in a configuration; there is none here
            operator = make()
            for occurrence in itertools.count():
                text = mutate_code(source, operator, occurrence)
                if text is None:
                    break
                yield file, name, occurrence, source, text


def listed(files):
    seen = set()
    for file, name, occurrence, source, text in mutants(files):
        if text == source or (file, text) in seen:
            continue
        seen.add((file, text))
        changed = [
            line for line in difflib.ndiff(source.splitlines(), text.splitlines()) if line.startswith(("- ", "+ "))
        ]
        if _harmless(changed):
            continue
        label = f"{file} {name.removeprefix('core/')} {occurrence}"
        print(json.dumps({"name": label, "file": file, "text": text, "changed": changed}))


# None, NotImplemented, classes, operations and the mark of no_grad equal nothing but themselves: `==` asks the same.
ALONE = re.compile(
    r"(==|!=) (?=(?:None|NotImplemented|Value|Var|float|int|tuple|list|dict|str|kind|constant|CONSTANT|_?OFF)\b)"
)


def _harmless(changed):
    """Tell whether nothing that runs is touched (annotations, overloads, docstrings), or `==` stands for `is`."""
    same = {ALONE.sub(lambda sign: "is " if sign[1] == "==" else "is not ", line[1:]) for line in changed}
    return len(same) == 1 or all(
        "TYPE_CHECKING" in line or line.strip("+- ").startswith(("def _", '"""', ">>>")) for line in changed
    )


def run(path, jobs, limit, share, seed, only):
    sys.path.insert(0, str(HERE))
    import hypothesis.stateful  # noqa: F401  (imported once, before the processes part)
    import numpy  # noqa: F401
    import pytest  # noqa: F401
    import runner

    try:
        import torch  # noqa: F401
    except ImportError:
        print("without PyTorch some mutants will survive that it would kill", file=sys.stderr)
    records = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
    if only:
        records = [record for record in records if record["file"] == only]
    if share < 1.0:
        records = random.Random(seed).sample(records, round(share * len(records)))
    by_name = {record["name"]: record for record in records}
    own = [str(HERE.parent / name) for name in OWN_TESTS]
    changes = [(record["name"], record["file"], record["text"]) for record in records]
    for name, outcome, seconds, report in runner.run_all(changes, jobs, limit, own):
        record = {k: v for k, v in by_name[name].items() if k != "text"}
        record |= {"outcome": outcome, "seconds": round(seconds, 1), "report": report[:160]}
        print(json.dumps(record), flush=True)


def score(path):
    records = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
    for file in (*FILES, None):
        part = [r for r in records if file in (None, r["file"])]
        killed = sum(r["outcome"] != "survived" for r in part)
        if part:
            print(f"{file or 'all':16} {killed:5} of {len(part):5} killed, {killed / len(part):.1%}")
    for record in records:
        if record["outcome"] == "survived":
            print("\n" + record["name"], *record["changed"], sep="\n    ")


def main():
    parser = argparse.ArgumentParser(description="Mutation testing of the engine.")
    parser.add_argument("what", choices=["list", "run", "score"])
    parser.add_argument("path", nargs="?")
    parser.add_argument("--files", nargs="*", default=FILES)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=120.0)
    parser.add_argument("--share", type=float, default=1.0, help="run only this share of the mutants, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="run only the mutants of this file")
    options = parser.parse_args()
    if options.what == "list":
        listed(options.files)
    elif options.what == "run":
        run(options.path, options.jobs, options.limit, options.share, options.seed, options.only)
    else:
        score(options.path)


if __name__ == "__main__":
    main()
