"""Examples that the tests of this folder train on."""

import pytest

from tinygrad_edu import data


@pytest.fixture(scope="package")
def xor():
    return data.load("xor", n=60, seed=0).split(test=1 / 3, seed=0)
