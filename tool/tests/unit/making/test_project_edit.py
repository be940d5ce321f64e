"""Packages come and go in pyproject.toml; nobody's comment does."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from torch_starter.core.files import LocalFiles
from torch_starter.core.problems import WrongSpec, WrongUsage
from torch_starter.making.project_edit import add, remove

PROJECT = """\
# ranges here
[project]
name = "workspace"
dependencies = [
  # core
  "numpy>=1.26,<2.0",  # see decisions
  "torch>=2.0,<3.0",
]

[project.optional-dependencies]
dev = ["ruff>=0.5", "pytest"]
notebook = [
  'jupyterlab>=4.2',
  'scikit_learn'
]

# The tool's own.
[tool.uv]
managed = false
"""
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True).map(lambda name: f"new-{name}")
PARTS = ("numpy", "torch", "ruff", "pytest", "jupyterlab", "scikit_learn")


def changed(before: str, after: str) -> list[str]:
    """Lines that came and went, signed."""
    lines = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [f"{line[0]}{line[2:]}" for line in lines if line[0] in "+-"]


def refused(function: object, *words: object) -> WrongUsage:
    assert callable(function)
    with pytest.raises(WrongUsage) as caught:
        function(*words)
    return caught.value


def test_a_package_comes_at_the_end_of_its_list() -> None:
    assert changed(PROJECT, add(PROJECT, "einops", None)) == ['+  "einops",\n']
    assert changed(PROJECT, add(PROJECT, "foo[bar]>1; python_version<'4'", None)) == ["+  \"foo[bar]>1; python_version<'4'\",\n"]
    assert 'dev = ["ruff>=0.5", "pytest", "einops>=0.8"]\n' in add(PROJECT, " einops>=0.8 ", "dev")
    assert changed(PROJECT, add(PROJECT, "einops", "Notebook")) == [
        "-  'scikit_learn'\n",
        "+  'scikit_learn',\n",
        "+  'einops'\n",
    ]


def test_one_that_is_there_gets_the_range() -> None:
    assert changed(PROJECT, add(PROJECT, "NumPy>=1.26", None)) == [
        '-  "numpy>=1.26,<2.0",  # see decisions\n',
        '+  "NumPy>=1.26",  # see decisions\n',
    ]
    assert "  'scikit-learn>=1.3'\n]" in add(PROJECT, "scikit-learn>=1.3", "notebook")


def test_one_that_is_there_is_named() -> None:
    problem = refused(add, PROJECT, "Torch", None)
    assert (problem.code, problem.remedy) == ("add.present", "give the range that it should have: Torch>=…")
    assert "torch>=2.0,<3.0" in problem.message


def test_of_several_lines_the_one_of_that_marker_is_meant() -> None:
    text = "[project]\ndependencies = [\"a<1; os_name == 'nt'\", \"a>1; os_name != 'nt'\"]\n"
    assert tomllib.loads(add(text, 'a>2; os_name!="nt"', None))["project"]["dependencies"][1] == 'a>2; os_name!="nt"'
    assert refused(add, text, "a>2", None).code == "add.several"
    assert tomllib.loads(remove(text, "a", None))["project"]["dependencies"] == []


def test_a_new_extra_comes_behind_the_others() -> None:
    assert changed(PROJECT, add(PROJECT, "cupy", "gpu")) == ["+gpu = [\n", '+  "cupy",\n', "+]\n"]
    assert "]\ngpu = [\n" in add(PROJECT, "cupy", "gpu")
    assert "\n# The tool's own.\n[tool.uv]\n" in add(PROJECT, "cupy", "gpu")


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndependencies = ["a"]\n\n[tool.x]\ny = 1\n',
        '[project]\ndependencies = ["a"]\n[tool.x]\ny = 1\n[project.scripts]\nz = "z"\n',
        '[project]\noptional-dependencies.dev = ["a"]  # c\n[tool.x]\ny = 1\n',
        '[project]\noptional-dependencies = {dev = ["a"]}\n',
        'project.dependencies = ["a"]\n[tool.x]\ny = 1\n',
        "[project]\n[project.optional-dependencies]",
    ],
)
def test_an_extra_is_made_wherever_it_can_be(text: str) -> None:
    before, after = tomllib.loads(text), tomllib.loads(add(text, "cupy>=13", "gpu"))
    assert after["project"].setdefault("optional-dependencies", {}).pop("gpu") == ["cupy>=13"]
    before["project"].setdefault("optional-dependencies", {})
    assert before == after
    assert tomllib.loads(add(text, "cupy", None))["project"]["dependencies"][-1] == "cupy"


def test_where_no_extra_can_be_made_it_is_said() -> None:
    with pytest.raises(WrongSpec, match="inline table"):
        add('project = {name = "x"}', "cupy", "gpu")
    with pytest.raises(WrongSpec, match="no list"):
        add('[project]\ndependencies = "abc"\n', "cupy", None)
    with pytest.raises(WrongSpec):
        add("[project", "cupy", None)


def test_a_package_goes_with_its_line() -> None:
    assert changed(PROJECT, remove(PROJECT, "NUMPY", None)) == ['-  "numpy>=1.26,<2.0",  # see decisions\n']
    assert "notebook = [\n  'jupyterlab>=4.2'\n]" in remove(PROJECT, "scikit-learn", "notebook")
    assert "dev = []\n" in remove(remove(PROJECT, "ruff", "dev"), "pytest>=8", "dev")


@pytest.mark.parametrize(
    ("name", "extra", "remedy"),
    [
        ("jupyterlab", None, "it is in the extra notebook: add --extra notebook"),
        ("torch", "dev", "it is in the core: leave --extra out"),
        ("nunpy", None, "did you mean numpy?"),
        ("zzzzzz", "dev", "use one of: ruff, pytest"),
    ],
)
def test_what_is_not_there_is_looked_for(name: str, extra: str | None, remedy: str) -> None:
    problem = refused(remove, PROJECT, name, extra)
    assert (problem.code, problem.remedy) == ("remove.absent", remedy)


def test_one_in_several_extras_is_found_in_each() -> None:
    text = add(add(PROJECT, "einops", "dev"), "einops", "notebook")
    assert refused(remove, text, "einops", None).remedy == "it is in the extras dev and notebook: add --extra dev"
    assert refused(remove, '[project]\nname = "x"\n', "einops", None).remedy == "use one of: (none)"


def test_what_is_no_name_is_refused() -> None:
    assert refused(add, PROJECT, "two words", None).code == "requirement.syntax"
    assert refused(add, PROJECT, "a\n>1", None).code == "requirement.syntax"
    assert refused(add, PROJECT, "a", "no extra").code == "extra.syntax"
    assert refused(remove, PROJECT, "a", "notebok").remedy == "use --extra notebook"
    assert refused(remove, PROJECT, "", None).code == "requirement.syntax"


def test_an_address_is_refused_and_not_repeated() -> None:
    problem = refused(add, PROJECT, "a @ https://ann:secret@files.example/a.whl", None)
    assert problem.code == "requirement.address"
    assert "secret" not in problem.message + problem.remedy
    assert refused(add, PROJECT, "a @ file:/x/a.whl", None).code == "requirement.address"


@given(
    NAMES, st.sampled_from(["", ">=1,<2", "[x]>1; python_version<'4'"]), st.sampled_from([None, "dev", "notebook"]), st.booleans()
)
def test_what_is_added_and_removed_leaves_no_trace(name: str, rest: str, extra: str | None, dos: bool) -> None:
    text = PROJECT.replace("\n", "\r\n") if dos else PROJECT
    with_it = add(text, name + rest, extra)
    assert remove(with_it, name, extra) == text
    project = tomllib.loads(with_it)["project"]
    assert (project["dependencies"] if extra is None else project["optional-dependencies"][extra])[-1] == name + rest
    assert with_it.count("\n") == with_it.count("\r\n") or not dos


def test_a_file_of_another_system_has_one_line_more_and_no_other_change(tmp_path: Path) -> None:
    path, files = tmp_path / "pyproject.toml", LocalFiles()
    path.write_bytes(PROJECT.replace("\n", "\r\n").encode())
    before = path.read_bytes()
    files.write(path, add(files.read(path) or "", "cupy", "dev"))
    assert len(set(path.read_bytes().splitlines(keepends=True)) - set(before.splitlines(keepends=True))) == 1
    files.write(path, remove(files.read(path) or "", "cupy", "dev"))
    assert path.read_bytes() == before


@given(NAMES, st.sampled_from(["\n", "\r\n"]))
def test_a_new_extra_changes_no_other_line(extra: str, newline: str) -> None:
    text = PROJECT.replace("\n", newline)
    assert all(line[0] == "+" and line.endswith(newline) for line in changed(text, add(text, "cupy", extra)))


@given(st.sampled_from(PARTS), st.sampled_from([None, "dev", "notebook"]))
def test_only_what_is_asked_for_goes(name: str, extra: str | None) -> None:
    before = tomllib.loads(PROJECT)["project"]
    listed = before["dependencies"] if extra is None else before["optional-dependencies"][extra]
    assume(any(line.startswith(name) for line in listed))
    after = tomllib.loads(remove(PROJECT, name, extra))["project"]
    listed[:] = [line for line in listed if not line.startswith(name)]
    assert after == before
