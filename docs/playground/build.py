"""With this module one can build the playground: a static folder, and the same as a single page for a classroom.

``python -m docs.playground`` fetches Pyodide and Viz.js from the npm registry, once, and checks that they are what they
were when this was written; all else is in this repository. What is built asks no other host for anything.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TARGET = ROOT / "docs" / "_build" / "playground"
CACHE = ROOT / "docs" / "_build" / "npm"
SINGLE = "playground.html"

_SCRIPTS = ("page", "words", "files", "python", "engine", "formula", "code", "train", "main", "worker")
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|class) (\w+))", re.MULTILINE)


class Package(NamedTuple):
    """What is taken from the npm registry.

    Attributes
    ----------
    name, version : str
    sha512 : str
        Of its archive, as the registry writes it.
    files : mapping of str to str
        Its files by the names that they get here.
    licence : str
    """

    name: str
    version: str
    sha512: str
    files: Mapping[str, str]
    licence: str

    @property
    def archive(self) -> str:
        """The name of its archive, as npm calls it."""
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version}.tgz"


PACKAGES = (
    Package(
        "pyodide",
        "314.0.7",
        "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",
        {
            name: name
            for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
        },
        "Mozilla Public License 2.0; with CPython, Python Software Foundation License",
    ),
    Package(
        "@viz-js/viz",
        "3.31.0",
        "r7zlQdRvcwvIpjHGgs+KNWHeE/P5/Dq7k8ZAKaMCbZqomxCBJV78gVuQYaHzFVca+kB0mX0fMW9UFevCOBG50A==",
        {"dist/viz.js": "viz.js"},
        "MIT License; with Graphviz, Eclipse Public License 2.0, and Expat, MIT License",
    ),
)


def build(target: Path = TARGET, cache: Path = CACHE) -> Path:
    """Build the playground.

    Parameters
    ----------
    target : Path
        The folder to write; what was in it is replaced, once all is there.
    cache : Path
        Where what was fetched is kept.

    Returns
    -------
    Path
        The folder, with ``index.html`` to be served, and ``playground.html``, which is all of it in one file.

    Raises
    ------
    OSError
        If something cannot be fetched or written.
    ValueError
        If what was fetched is not what it was when its hash was written here.
    """
    files = _python_files(cache)
    examples = _examples()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".playground-", dir=target.parent))
    try:
        draft.chmod(0o755)
        (draft / "files").mkdir()
        for name, content in files.items():
            (draft / "files" / name).write_bytes(content)
        sizes = {name: len(content) for name, content in files.items()}
        (draft / "files" / "sizes.json").write_text(json.dumps(sizes), encoding="utf-8")
        for name in ("index.html", "style.css", *(f"{script}.js" for script in _SCRIPTS)):
            shutil.copyfile(HERE / name, draft / name)
        (draft / "examples.js").write_text(examples, encoding="utf-8")
        (draft / "LICENCES.txt").write_text(_licences(), encoding="utf-8")
        (draft / "service.js").write_text(_service(draft), encoding="utf-8")
        (draft / SINGLE).write_text(_single(files, examples), encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        os.replace(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def fetch(package: Package, cache: Path) -> bytes:
    """Give the archive of a package, from the cache or else by npm; its hash is checked either way."""
    kept = cache / package.archive
    if not kept.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise OSError(f"npm, which fetches {package.name}, is not here: install it, or put {kept} there")
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            command = [npm, "pack", f"{package.name}@{package.version}", "--silent", "--pack-destination", folder]
            if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
                raise OSError(f"npm could not fetch {package.name}: see above")
            os.replace(Path(folder) / package.archive, kept)
    content = kept.read_bytes()
    found = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if found != package.sha512:
        raise ValueError(f"{package.name} {package.version} is not what it was: its sha512 is {found} ({kept})")
    return content


def _python_files(cache: Path) -> dict[str, bytes]:
    """Give the files that Python in the browser is made of."""
    files = {}
    for package in PACKAGES:
        with tarfile.open(fileobj=io.BytesIO(fetch(package, cache))) as archive:
            for inside, name in package.files.items():
                member = archive.extractfile(f"package/{inside}")
                assert member is not None  # the hash says that it is there
                files[name] = member.read()
    lock = json.loads(files["pyodide-lock.json"])
    files["pyodide-lock.json"] = json.dumps({**lock, "packages": {}}).encode()  # which could only be fetched elsewhere
    files["library.zip"] = _library()
    return files


def _library() -> bytes:
    """Pack this library, and what answers the page, the same bytes for the same files."""
    package = ROOT / "tinygrad_edu"
    inside = {str(path.relative_to(ROOT)): path for path in sorted(package.rglob("*")) if path.is_file()}
    inside |= {f"playground/{name}": HERE / name for name in ("answers.py", "running.py")}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, path in inside.items():
            if "__pycache__" not in path.parts:
                archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _examples() -> str:
    programs = {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "examples").glob("*.py"))}
    return f"export const EXAMPLES = {json.dumps(programs, ensure_ascii=False, indent=1)};\n"


def _licences() -> str:
    lines = [f"{p.name} {p.version}: {p.licence}\n" for p in PACKAGES]
    return "\n".join([*lines, (ROOT / "LICENSE").read_text(encoding="utf-8")])


def _service(folder: Path) -> str:
    """Name the files that are kept, and what is in them, so that other files are kept anew."""
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + (folder / name).read_bytes())
    text = (HERE / "service.js").read_text(encoding="utf-8")
    return text.replace("VERSION", digest.hexdigest()[:16]).replace('["FILES"]', json.dumps(["./", *names]))


def _single(files: Mapping[str, bytes], examples: str) -> str:
    """Put all into one page: its scripts as one module, that of the worker as text, what Python is made of packed."""
    page = (HERE / "index.html").read_text(encoding="utf-8")
    style = (HERE / "style.css").read_text(encoding="utf-8")
    embedded = [f'<script type="text/plain" data-worker>{_bundle("worker", {})}</script>']
    for name, content in files.items():
        packed = base64.b64encode(gzip.compress(content, 6, mtime=0)).decode()
        embedded.append(f'<script type="text/plain" data-file="{name}">{packed}</script>')
    scripts = f'<script type="module">\n{_bundle("main", {"examples": examples})}</script>'
    page = page.replace('<link rel="stylesheet" href="style.css">', f"<style>\n{style}</style>")
    return page.replace('<script type="module" src="main.js"></script>', "\n".join([*embedded, scripts]))


def _bundle(name: str, made: Mapping[str, str]) -> str:
    """Write a script after all that it imports, as one: each becomes a function that gives its exports."""
    written: dict[str, str] = {}

    def write(script: str) -> None:
        text = made.get(script) or (HERE / f"{script}.js").read_text(encoding="utf-8")
        for _, needed in _IMPORT.findall(text):
            if needed not in written:
                write(needed)
        inside = _EXPORT.sub("", _IMPORT.sub(r"const \1 = \2_module;", text))
        exports = ", ".join(_EXPORT.findall(text))
        written[script] = f"const {script}_module = (() => {{\n{inside}\nreturn {{{exports}}};\n}})();"

    write(name)
    return "\n".join(written.values()).replace("</script", "<\\/script") + "\n"
