"""With this room an array program runs: on NumPy, numba or JAX."""
