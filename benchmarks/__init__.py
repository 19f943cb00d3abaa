"""Measurements of the library and its peers: ``python -m benchmarks``. All of them give BLAS one thread."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported, here and in the programs' processes
os.environ.setdefault("OMP_NUM_THREADS", "1")
