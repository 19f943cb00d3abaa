"""PyTorch as a reference in double precision: NAdam keeps a number of its own in the default type."""

import pytest


@pytest.fixture
def torch():
    torch = pytest.importorskip("torch", reason="PyTorch is the reference")
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield torch
    torch.set_default_dtype(before)
