"""With this module the examples of a batch lie on devices of JAX, a share on each, in one process or in several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = Any


class Spread:
    """Where the arrays of a program lie: examples in equal shares on the devices, all else on every one of them.

    What each device computes of its share is added up by XLA wherever a sum runs over the examples, so that all have
    the same results. Several processes (`jax.distributed.initialize`) run the same program side by side: each gives
    whole batches, the same as the others, and its devices take from them what is theirs.

    Parameters
    ----------
    devices : sequence of JAX devices

    Raises
    ------
    ValueError
        If none of them belongs to this process.
    """

    def __init__(self, devices: Sequence[Any]) -> None:
        import jax
        from jax.sharding import Mesh, NamedSharding, PartitionSpec

        here = jax.process_index()
        if all(device.process_index != here for device in devices):
            raise ValueError(
                f"none of these devices belongs to process {here}, which would have no share in the work: take "
                "jax.devices(), which are those of all processes, or jax.local_devices() for this one alone"
            )
        mesh = Mesh(np.array(devices), ("examples",))
        self.everywhere = NamedSharding(mesh, PartitionSpec())
        self._along_last = [NamedSharding(mesh, PartitionSpec(*[None] * n, "examples")) for n in range(2)]
        self._count = len(devices)

    def put(self, array: Array) -> Array:
        """Lay out an array whose last axis counts examples; whole on each device if the shares would not be equal."""
        import jax

        even = array.shape[-1] % self._count == 0
        sharding = self._along_last[array.ndim - 1] if even else self.everywhere
        return jax.make_array_from_callback(array.shape, sharding, lambda share: array[share])

    def divided(self, array: Array) -> Array:
        """Have each device work on its share, inside of a jitted function: XLA fills up shares that are not equal."""
        import jax

        return jax.lax.with_sharding_constraint(array, self._along_last[array.ndim - 1])
