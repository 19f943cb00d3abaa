"""With this module one can run the limit: a network fused by hand in C (`fused_network.c`), where a compiler is there.

It is compiled when it is asked for, into a folder that is gone once it is loaded.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

COMPILER = shutil.which("cc")
FLAGS = ("-O3", "-march=native", "-ffast-math")
PARAMETERS = 337
SOURCE = Path(__file__).with_suffix(".c")
_NUMBERS = {"float64": ("double", ctypes.c_double), "float32": ("float", ctypes.c_float)}


def fused_network(dtype: str) -> Callable[..., tuple[float, Any]]:
    """Compile value and gradient of the mean hinge loss of a network 2-16-16-1.

    Parameters
    ----------
    dtype
        "float64" or "float32".

    Returns
    -------
    callable
        ``f(times, X, y, theta)`` computes them so many times, without coming back to Python in between, and gives both.
        Of every neuron `theta` and the gradient hold the weights, then the bias.
    """
    assert COMPILER is not None
    real, number = _NUMBERS[dtype]
    with tempfile.TemporaryDirectory() as folder:
        library, compiled = Path(folder) / "fused_network.so", Path(folder) / "fused_network.o"
        subprocess.run([COMPILER, *FLAGS, "-fPIC", f"-DREAL={real}", "-c", "-o", compiled, SOURCE], check=True)
        # Apart, for linked by -ffast-math a library turns subnormal numbers off in the process that loads it.
        subprocess.run([COMPILER, "-shared", "-o", library, compiled], check=True)
        rounds = ctypes.CDLL(str(library)).rounds
    rounds.restype = number
    rounds.argtypes = [ctypes.c_long, ctypes.c_long, *[ctypes.c_void_p] * 4]

    def run(times: int, *arrays: Any) -> tuple[float, Any]:
        import numpy as np

        X, y, theta = (np.ascontiguousarray(array, dtype=dtype) for array in arrays)
        gradient = np.empty_like(theta)
        places = [array.ctypes.data for array in (X, y, theta, gradient)]
        return rounds(times, len(X), *places), gradient

    return run
