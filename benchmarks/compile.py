"""With this module one can time compiled functions against C and arrays by hand, PyTorch, JAX, CasADi, eager Values.

    python -m benchmarks.compile

The modules of `benchmarks.compiled` write its tables: network_rows, gpt and dags, and structure.
"""

from __future__ import annotations

from benchmarks import parts
from benchmarks.compiled import dags, gpt, network_rows, structure
from benchmarks.compiled.rows import PROCESSES
from benchmarks.peers.fused_network import FLAGS
from benchmarks.tools import report


def measure(turns: int) -> str:
    """All measurements, as the text of one part of the results."""
    peers = ("numba", "torch", "jax", "casadi")
    header = ["value and gradient", "", "peer", "peer, µs", "ours, µs", "ratio", report.TARGET]
    absent = [report.missing(package, len(header)) for package in peers if not report.installed(package)]
    rows = [*gpt.rows(turns), *dags.one_point_rows(turns), *dags.many_points_rows(turns), *absent]
    return "\n\n".join(
        [
            f"{report.versions('tinygrad-edu', 'numpy', *peers)}.",
            f"Medians of processor time over {turns} turns, each of all programs one after another, those of networks "
            f"spread over {PROCESSES} processes; the ratio is the median of the ratios within a turn. One BLAS thread, "
            "float64 unless a row says float32. Values and gradients of all were checked to agree to 1e-12 of the "
            "largest (CasADi and float32: 1e-5). Ours "
            "includes copying inputs and parameters in, these from one array as every peer has them; reading them out "
            "of Values one by one is a row of its own.",
            "Networks 2-16-16-1 with hinge loss and 64-32-10 with cross-entropy, value and gradient. The limit is "
            "`benchmarks/peers/fused_network.c`, written by hand for this one network and compiled by "
            f"`cc {' '.join(FLAGS)}`; its times are without a call from Python. One example takes it so little that "
            "ours is held against a hundred of its. A full step descends by the gradient as well. BurTorch, a C++ "
            "library, is in no package index: a study found its full step to take 24 times what fused C takes for "
            "value and gradient.",
            *network_rows.tables(turns),
            "Larger functions. The study that set the targets took 590 µs for the scalar GPT, with an eager engine "
            "that took 1,534,000 µs. Why the ratio to eager Values stays below theirs: our eager engine has become "
            "seven times as fast as that one, and the compiled program three times as fast on NumPy.",
            report.table(header, rows),
            "What the compiler makes of them. Nodes are inputs, parameters and operations of one example, each product "
            "and each addition of an inner product for itself, as the study counts them; the time to compile includes "
            "tracing, and the first run:",
            report.table(
                [
                    "function",
                    "scalar nodes forward",
                    "array operations",
                    report.TARGET,
                    "ms to compile",
                    "µs per node to compile",
                    report.TARGET,
                ],
                structure.rows(),
            ),
        ]
    )


if __name__ == "__main__":
    parts.run("compile", measure)
