"""Import the package with some of its source replaced."""

import importlib.abc
import importlib.machinery
import importlib.util
import pathlib
import sys

PACKAGE = pathlib.Path(__file__).parents[2] / "tinygrad_edu"


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name, path, text):
        super().__init__(name, path)
        self.text = text

    def get_code(self, name):
        return compile(self.text, self.path, "exec", dont_inherit=True)


class Replaced(importlib.abc.MetaPathFinder):
    """Finds one module of the package in a text instead of its file."""

    def __init__(self, file, text):
        self.path = str(PACKAGE / file)
        self.name = "tinygrad_edu." + file.removesuffix(".py").replace("/", ".")
        self.text = text

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=_Loader(name, self.path, self.text))


def replace(file, text):
    """From now on, import that file of the package as `text`. The package must not have been imported yet."""
    if any(name.split(".")[0] == "tinygrad_edu" for name in sys.modules):
        raise RuntimeError("tinygrad_edu has been imported already")
    sys.meta_path.insert(0, Replaced(file, text))
