"""Several processes of JAX side by side on this machine, each with devices that are parts of the processor."""

import os
import socket
import subprocess
import sys
import textwrap

_START = """
import sys
import jax
process, processes, port = map(int, sys.argv[1:])
if processes > 1:
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(f"127.0.0.1:{port}", processes, process)
devices = jax.devices()
"""


def printed_by(script, processes, devices):
    """What each process prints, but for gloo's greetings: all run a script with `devices`, as many in each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = f"--xla_force_host_platform_device_count={devices}"
    environment = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    code = _START + textwrap.dedent(script)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(process), str(processes), str(port)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for process in range(processes)
    ]  # fmt: skip
    try:
        results = [process.communicate(timeout=300) for process in running]
    finally:
        for process in running:
            process.kill()
    errors = "\n".join(error for process, (_, error) in zip(running, results, strict=True) if process.returncode)
    assert not errors, errors
    return ["\n".join(line for line in text.splitlines() if "[Gloo]" not in line) for text, _ in results]
