"""The playground is served on this machine, with the types that browsers insist on, to this machine alone."""

import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest


@pytest.fixture
def built(tmp_path):
    """A folder that looks like a built playground."""
    for name in ("index.html", "main.js", "pyodide.mjs", "python.wasm", "style.css"):
        (tmp_path / name).write_text(f"this is {name}")
    return tmp_path


@pytest.fixture
def served(built):
    heeding = (  # a shell has Ctrl-C ignored by what it runs in the background, these tests perhaps
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from tinygrad_edu.cli import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", heeding, "playground", str(built), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            yield process, line.split()[4]
        finally:
            process.kill()


def test_it_prints_its_address_gives_the_files_with_their_types_and_ends_on_ctrl_c(served):
    process, address = served
    assert address.startswith("http://127.0.0.1:")
    for name, kind in [
        ("", "text/html; charset=utf-8"), ("main.js", "text/javascript"), ("pyodide.mjs", "text/javascript"),
        ("python.wasm", "application/wasm"), ("style.css", "text/css; charset=utf-8"),
    ]:  # fmt: skip
        with urllib.request.urlopen(address + name, timeout=20) as answer:
            assert answer.headers["Content-Type"] == kind
            assert answer.read().decode() == f"this is {name or 'index.html'}"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{address}missing.js", timeout=20)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "stopped\n", "")


def test_where_it_has_not_been_built_it_says_how_to(run, tmp_path):
    code, out, err = run("playground", str(tmp_path))
    assert (code, out) == (2, "")
    assert "no playground has been built" in err
    assert "python -m docs.playground" in err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_is_a_number_of_a_port(run, built, port):
    code, _, err = run("playground", str(built), "--port", port)
    assert code == 2
    assert "port" in err


def test_a_port_that_is_taken_is_told(run, built, served):
    code, _, err = run("playground", str(built), "--port", served[1].rstrip("/").rpartition(":")[2])
    assert code == 2
    assert "give another --port" in err
