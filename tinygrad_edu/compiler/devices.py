"""With this module one can say which devices of JAX a batch is spread over, in one process or in several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def as_devices(devices: Any, backend: str, asked_by: str = "backend") -> list[Any] | None:
    """Read the argument `devices` of `tinygrad_edu.compile` and `tinygrad_edu.fit`.

    Parameters
    ----------
    devices : iterable of JAX devices, or None
    backend : str
        What is to compute; only JAX has devices.
    asked_by : str, default "backend"
        The argument that names it.

    Returns
    -------
    list, or None

    Raises
    ------
    TypeError, ValueError
        If they are something else, none, the same one twice, or another back end was asked for.
    """
    if devices is None:
        return None
    if backend != "jax":
        raise ValueError(f"devices are JAX's: use {asked_by}='jax', got {asked_by}={backend!r}")
    listed = list(devices) if isinstance(devices, Iterable) and not isinstance(devices, str) else []
    if not listed or not all(hasattr(device, "platform") for device in listed):
        raise TypeError(f"devices must be JAX devices, such as jax.devices() or jax.devices()[:2], got {devices!r:.80}")
    if len(set(listed)) < len(listed):
        raise ValueError("devices has the same device more than once; give it once")
    return listed
