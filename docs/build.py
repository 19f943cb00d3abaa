"""With this module one can build the site: lay out each edition's sources in one folder, and let Sphinx write them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from docs import contents, reference

HERE = Path(__file__).parent
ROOT = HERE.parent
EDITIONS = {"en": "en", "zh": "zh_CN"}
"""The editions, and what Sphinx calls their languages."""
PLAYGROUND = HERE / "_build" / "playground"


def lay_out(language: str, folder: Path) -> None:
    """Put all sources of one edition into a folder: pages, notebooks, pictures, and what is made from the package.

    A notebook that has no Chinese edition yet stands in its place in English, so that links to it hold.
    """
    shutil.rmtree(folder, ignore_errors=True)
    pages = HERE if language == "en" else HERE / language
    copied(pages.glob("*.md"), folder)
    copied(ROOT.glob("README*.md"), folder)
    copied((ROOT / "notebooks").glob("[0-9]*.ipynb"), folder / "notebooks" / ("" if language == "en" else language))
    if language != "en":
        copied((ROOT / "notebooks" / language).glob("[0-9]*.ipynb"), folder / "notebooks" / language)
    copied((ROOT / "notebooks" / "pictures").iterdir(), folder / "notebooks" / "pictures")
    copied([*(ROOT / "benchmarks").glob("*.svg"), ROOT / "benchmarks" / "RESULTS.md"], folder / "benchmarks")
    if (HERE / "pictures").is_dir():
        copied((HERE / "pictures").iterdir(), folder / "pictures")
    contents.write(language, folder, playground=(PLAYGROUND / "index.html").is_file())
    reference.write(folder / "reference")


def copied(files: Iterable[Path], folder: Path) -> None:
    """Copy files into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(files):
        if file.is_file():
            shutil.copyfile(file, folder / file.name)


def build(target: Path, languages: Iterable[str] = tuple(EDITIONS)) -> bool:
    """Build the site into a folder, English at its root and Chinese under zh/; False if there was any warning.

    The folder is written anew: what else is in it goes. Both editions are laid out, since pages name the other one.
    """
    work = HERE / "_build"
    for language in EDITIONS:
        lay_out(language, work / "sources" / language)
    if target.exists():
        shutil.rmtree(target)
    outputs = {language: work / "html" / language for language in languages}
    running = [sphinx(language, work, output) for language, output in outputs.items()]
    well = sum(process.wait() for process in running) == 0
    for language, output in outputs.items():
        if not (output / "index.html").is_file():
            continue  # Sphinx has said why it broke off
        place = target if language == "en" else target / language
        shutil.copytree(output, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".buildinfo*", "objects.inv"))
    if (PLAYGROUND / "index.html").is_file():
        shutil.copytree(PLAYGROUND, target / "playground")
    return well


def sphinx(language: str, work: Path, output: Path) -> subprocess.Popen[bytes]:
    """Start Sphinx on one edition, in a process of its own: it keeps its language in the process."""
    shutil.rmtree(output, ignore_errors=True)
    settings = {"language": EDITIONS[language], "edition": language}
    if language == "zh":
        words = work / "sources" / "zh" / "pieces" / "words.txt"
        settings |= {"html_search_language": "zh", "html_search_options.dict": str(words)}
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-W", "--keep-going", "-E", "-c", str(HERE)]
    command += ["-d", str(work / "doctrees" / language)]
    for name, value in settings.items():
        command += ["-D", f"{name}={value}"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen([*command, str(work / "sources" / language), str(output)], env=environment)
