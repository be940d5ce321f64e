"""What a file imports, and what of it is run then."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.quality._imports import Source, closures, read, shell

FILES = {
    "src/shop/__init__.py": "CURRENCY = 'EUR'\n",
    "src/shop/prices.py": "from shop import CURRENCY\n",
    "src/shop/stock.py": "def worth():\n    from .prices import total\n    return total\n",
    "src/other.py": "import json\n",
    "tests/test_stock.py": "from shop.stock import worth\n",
    "tests/test_other.py": "import other\n",
    "tests/test_any.py": "import importlib\nimportlib.import_module('x')\n",
}


def sources(root: Path, files: dict[str, str]) -> dict[str, Source]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return {name: read(root / name, name) for name in files}


def test_imports_of_imports_count_also_those_inside_functions(tmp_path: Path) -> None:
    found = closures(sources(tmp_path, FILES))
    shop = {"src/shop/__init__.py", "src/shop/prices.py", "src/shop/stock.py"}
    assert found["tests/test_stock.py"] == shop | {"tests/test_stock.py"}
    assert found["tests/test_other.py"] == {"tests/test_other.py", "src/other.py"}


def test_what_imports_by_names_may_import_anything(tmp_path: Path) -> None:
    assert closures(sources(tmp_path, FILES))["tests/test_any.py"] == FILES.keys()


def test_two_files_that_import_each_other_come_to_an_end(tmp_path: Path) -> None:
    found = closures(sources(tmp_path, {"a.py": "import b\n", "b.py": "import a\n"}))
    assert found == {"a.py": {"a.py", "b.py"}, "b.py": {"a.py", "b.py"}}


def of(tmp_path: Path, text: str, at_import: tuple[str, ...] = ()) -> str:
    (tmp_path / "m.py").write_text(text)
    return shell(read(tmp_path / "m.py", "m.py"), at_import)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\n    return 1\n", "def f():\n    return 2\n"),
        ("class A:\n    def f(self):\n        return 1\n", "class A:\n    def f(self):\n        x = 3\n        return x\n"),
        ("x = 1\n", "# a word\nx = 1\n"),
        ("if True:\n    def f():\n        return 1\n", "if True:\n    def f():\n        return 2\n"),
        ("async def f():\n    return 1\n", "async def f():\n    return 2\n"),
    ],
)
def test_bodies_of_functions_are_not_run_by_importing(tmp_path: Path, before: str, after: str) -> None:
    assert of(tmp_path, before) == of(tmp_path, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\n", "x = 2\n"),
        ("class A:\n    x = 1\n", "class A:\n    x = 2\n"),
        ("class A(B): pass\n", "class A(C): pass\n"),
        ("def f(x=1): pass\n", "def f(x=2): pass\n"),
        ("@a\ndef f(): pass\n", "@b\ndef f(): pass\n"),
        ("if x:\n    def f(): pass\n", "if not x:\n    def f(): pass\n"),
        ("for x in a:\n    y = 1\n", "for x in a:\n    y = 2\n"),
        ("f = lambda: 1\n", "f = lambda: 2\n"),
        ("with a:\n    def f(): pass\n", "with b:\n    def f(): pass\n"),
        ("def f(): pass\n", "def g(): pass\n"),
        ("x = 1\n", "x = (\n"),
    ],
)
def test_all_else_is(tmp_path: Path, before: str, after: str) -> None:
    assert of(tmp_path, before) != of(tmp_path, after)


def test_a_function_that_is_called_then_counts(tmp_path: Path) -> None:
    texts = [f"class A:\n    def f(self):\n        return {number}\n" for number in (1, 2)]
    assert of(tmp_path, texts[0], ("A.f",)) != of(tmp_path, texts[1], ("A.f",))
    assert of(tmp_path, texts[0], ("A.g",)) == of(tmp_path, texts[1], ("A.g",))


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("import functools\n@functools.cache\ndef f(): pass\n", True),
        ("@lru_cache(maxsize=None)\ndef f(): pass\n", True),
        ("def f():\n    global x\n    x = 1\n", True),
        ("class A:\n    @cached_property\n    def f(self): pass\n", True),
        ("@staticmethod\ndef f(): pass\n", False),
    ],
)
def test_what_keeps_results_is_known(tmp_path: Path, text: str, keeps: bool) -> None:
    (tmp_path / "m.py").write_text(text)
    assert read(tmp_path / "m.py", "m.py").keeps is keeps


DEEP = {
    "else": "if x == 0:\n    pass\n" + "".join(f"elif x == {number}:\n    pass\n" for number in range(400)) + "y = 1\n",
    "signs": "y = 1\nx = " + "-" * 4000 + "1\n",
    "more signs": "y = 1\nx = " + "-" * 30_000 + "1\n",
    "decorator": "y = 1\n@a" + ".f()" * 900 + "\ndef f(): pass\n",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_is_nested_too_deeply_is_known_by_all_of_it(tmp_path: Path, text: str) -> None:
    assert of(tmp_path, text) != of(tmp_path, text.replace("y = 1", "y = 2"))
    assert of(tmp_path, text) == of(tmp_path, text)


def test_what_cannot_be_read_may_keep_and_import_anything(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(DEEP["more signs"])
    found = read(tmp_path / "m.py", "m.py")
    assert (found.keeps, found.dynamic, found.tree) == (True, True, None)
    (tmp_path / "folder.py").mkdir()
    assert read(tmp_path / "folder.py", "folder.py").keeps


LINES = st.lists(
    st.sampled_from(["import a", "import b", "from p import c", "from . import c", "from .q import d", "x = 1", "def ("])
)


@given(st.dictionaries(st.sampled_from(["a.py", "b.py", "p/__init__.py", "p/c.py", "p/q/d.py"]), LINES, min_size=1))
def test_whatever_files_there_are_a_closure_is_closed(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, list[str]]
) -> None:
    known = sources(tmp_path_factory.mktemp("any"), {name: "\n".join(lines) for name, lines in files.items()})
    found = closures(known)
    assert all(name in names for name, names in found.items())
    assert all(found[inner] <= names for names in found.values() for inner in names)
