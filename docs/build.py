"""With this module one can build the site: lay out each edition's sources in one folder, and let Sphinx write them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from docs import contents, readme, reference

HERE = Path(__file__).parent
ROOT = HERE.parent
EDITIONS = {"en": "en", "zh": "zh_CN"}
"""The editions, and what Sphinx calls their languages."""
WORK = HERE / "_build"
PLAYGROUND = WORK / "playground"
"""Where the playground is, if it was built; the site takes it along."""


def lay_out(language: str, folder: Path, *, playground: bool) -> None:
    """Put all sources of one edition into a folder: pages, notebooks, pictures, and what is made from the package.

    A notebook that has no Chinese edition yet stands in its place in English, so that links to it hold.
    """
    shutil.rmtree(folder, ignore_errors=True)
    pages = HERE if language == "en" else HERE / language
    copied(pages.glob("*.md"), folder)
    for file in ROOT.glob("README*.md"):
        text = readme.with_pages_for_files(file.read_text(encoding="utf-8"), language)
        (folder / file.name).write_text(text, encoding="utf-8")
    copied((ROOT / "notebooks").glob("[0-9]*.ipynb"), folder / "notebooks" / ("" if language == "en" else language))
    if language != "en":
        copied((ROOT / "notebooks" / language).glob("[0-9]*.ipynb"), folder / "notebooks" / language)
    copied((ROOT / "notebooks" / "pictures").iterdir(), folder / "notebooks" / "pictures")
    copied([*(ROOT / "benchmarks").glob("*.svg"), ROOT / "benchmarks" / "RESULTS.md"], folder / "benchmarks")
    copied((HERE / "pictures").iterdir(), folder / "pictures")
    contents.write(language, folder, playground=playground)
    reference.write(folder / "reference", language)


def copied(files: Iterable[Path], folder: Path) -> None:
    """Copy files into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(files):
        if file.is_file():
            shutil.copyfile(file, folder / file.name)


def build(
    target: Path, languages: Iterable[str] = tuple(EDITIONS), *, work: Path = WORK, playground: Path = PLAYGROUND
) -> str:
    """Build the site into a folder, English at its root and Chinese under zh/, and take the playground along.

    The folder is written anew: what else is in it goes. Both editions are laid out, since pages name the other one.

    Returns
    -------
    str
        What Sphinx complained about; "" if all is well.
    """
    has_playground = (playground / "index.html").is_file()
    for language in EDITIONS:
        lay_out(language, work / "sources" / language, playground=has_playground)
    outputs = {language: work / "html" / language for language in languages}
    running = {language: sphinx(language, work, output) for language, output in outputs.items()}
    complaints = [complaint(language, process) for language, process in running.items()]
    shutil.rmtree(target, ignore_errors=True)
    for language, output in outputs.items():
        if (output / "index.html").is_file():
            place = target if language == "en" else target / language
            unread = shutil.ignore_patterns(".buildinfo*", "objects.inv")
            shutil.copytree(output, place, dirs_exist_ok=True, ignore=unread)
    if has_playground:
        shutil.copytree(playground, target / "playground")
    return "".join(complaints)


def sphinx(language: str, work: Path, output: Path) -> subprocess.Popen[str]:
    """Start Sphinx on one edition, in a process of its own: it keeps its language in the process."""
    shutil.rmtree(output, ignore_errors=True)
    settings = {"language": EDITIONS[language], "edition": language}
    if language == "zh":
        words = work / "sources" / "zh" / "pieces" / "words.txt"
        settings |= {"html_search_language": "zh", "html_search_options.dict": str(words)}
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-b",
        "html",
        "-q",
        "--no-color",
        "-W",
        "--keep-going",
        "-E",
        "-c",
        str(HERE),
    ]
    command += ["-d", str(work / "doctrees" / language)]
    for name, value in settings.items():
        command += ["-D", f"{name}={value}"]
    command += [str(work / "sources" / language), str(output)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def complaint(language: str, process: subprocess.Popen[str]) -> str:
    """Wait for Sphinx, and give what it complained about, with the paths as they are in the project."""
    said = process.communicate()[1]
    return f"edition {language}:\n{said.strip()}\n" if process.returncode else ""
