"""Which line of a script puts something under a name; and what its variables hold."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from torch_starter.harness._memory_census import longer
from torch_starter.harness._memory_ledger import Ledger
from torch_starter.harness._memory_names import Lines, Names

TEXT = """
import numpy as np
losses = []
total: float = 0.0
a, table = 1, np.zeros(3)
class Data:
    def __init__(self, path):
        self.rows = None
        self.cache = {}
        self.rows = np.load(path)
    def get(self, index):
        self.cache[index] = self.rows[index]
        return self.cache.setdefault(index, 3)
def main(data):
    global total
    losses.append(3)
    total += 1
    total = total + 2
    other = total + 1
    data.cache.update({})
"""


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "train.py"
    path.write_text(TEXT)
    return str(path)


@pytest.mark.parametrize(
    ("name", "line"), [("losses", 16), ("cache", 12), ("total", 17), ("rows", None), ("other", None), ("no", None)]
)
def test_the_line_that_adds_to_a_name(script: str, name: str, line: int | None) -> None:
    found = Lines().adding(script, name)
    assert (found and found["line"]) == line


@pytest.mark.parametrize(("name", "line"), [("losses", 3), ("rows", 10), ("table", 5), ("total", 18), ("cache", 9), ("no", None)])
def test_the_line_that_sets_it_is_none_that_sets_it_to_nothing(script: str, name: str, line: int | None) -> None:
    found = Lines().assigning(script, name)
    assert (found and found["line"]) == line


def test_a_file_that_is_no_python_has_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "odd.py"
    path.write_text("def (")
    assert Lines().adding(str(path), "x") is None
    assert Lines().adding(str(tmp_path / "none.py"), "x") is None


class Kept:
    """Something of the user's own."""

    def __init__(self) -> None:
        self.inner = {"rows": [bytearray(3)]}


def names() -> dict[str, object]:
    found = Names(lambda file: file == __file__, (Kept,)).all()
    return {each.path: each.value for each in found}


def test_variables_of_running_functions_and_what_is_in_them_are_named() -> None:
    kept = Kept()
    losses = [1.5, 2.5]
    found = names()
    assert found["losses"] is losses
    assert found["kept.inner['rows'][...]"] is kept.inner["rows"][0]


def test_what_a_function_lets_go_is_not_kept_by_being_looked_at() -> None:
    if sys.version_info >= (3, 13):
        pytest.skip("there is no copy of a function's variables")

    def function() -> int:
        large = bytearray(10)
        before = sys.getrefcount(large)
        names()
        return sys.getrefcount(large) - before

    assert function() == 0


def test_a_copy_that_the_script_itself_keeps_is_left_as_it_is() -> None:
    value = 3
    own = locals()
    names()
    assert own["value"] == value


def test_containers_become_longer_where_each_step_adds_to_them() -> None:
    first, second, third = {1: 10, 2: 5, 3: 7, 4: 3}, {1: 20, 2: 5, 3: 40, 4: 7}, {1: 40, 2: 5, 3: 40, 5: 90, 4: 9}
    assert longer(first, second, third, (10, 20)) == {1: 1.0}


def test_each_new_largest_size_belongs_to_what_was_done_then() -> None:
    sizes = iter([10, 100, 100, 150, 180, 400, 420, 500, 450, 500, 510])
    ledger = Ledger(lambda: next(sizes))
    ledger.imports(begins=True)
    ledger.imports(begins=False)
    ledger.to("model")
    ledger.to("loader")
    ledger.changed("data", begins=True)
    ledger.changed("data", begins=False)
    ledger.to("step")
    ledger.changed("forward", begins=True)
    ledger.changed("forward", begins=False)
    ledger.changed("backward", begins=True)
    assert ledger.told(0) == {"import": 100, "model": 50, "loader": 270, "step": 80, "backward": 10}


def test_of_what_came_while_a_model_was_made_the_rest_is_data() -> None:
    sizes = iter([10, 500 << 20, 500 << 20])
    ledger = Ledger(lambda: next(sizes))
    ledger.to("model")
    ledger.to("loader")
    found = ledger.told(100 << 20)
    assert found["model"] == int((100 << 20) * 1.2) + (16 << 20)
    assert sum(found.values()) == 500 << 20
