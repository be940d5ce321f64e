"""Cells of notebooks in which IPython's own words stand before what is Python."""

from __future__ import annotations

import pytest

from torch_starter.audits.sources import source
from torch_starter.audits.weights import dangers
from unit.audits.test_weights import notebook


@pytest.mark.parametrize("before", ["%time ", "  %time  ", "%timeit -n 10 -r3 ", "%prun -q ", "%time model = "])
def test_what_is_timed_in_a_cell_is_python(before: str) -> None:
    indented = "if True:\n" if before[0] == " " else ""
    cell = f"import torch\n{indented}{before}torch.load('a.pt', weights_only=False)\n"
    found, _ = dangers(source("a.ipynb", notebook(cell)), True)
    assert [each.verdict for each in found] == ["fail"]
