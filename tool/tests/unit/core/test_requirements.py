from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shape.source import ROOT
from torch_starter.core.problems import WrongSpec, WrongUsage
from torch_starter.core.requirements import here, parse

TEXT = """
[project]
dependencies = ["torch>=2.0", "Scikit_Learn>=1.3"]
[project.optional-dependencies]
dev = ["ruff>=0.5"]
notebook = ["jupyterlab>=4.2"]
"""


def test_the_core_and_the_extras_asked_for_are_direct() -> None:
    assert list(parse(TEXT).direct(())) == ["torch", "scikit-learn"]
    assert list(parse(TEXT).direct(("dev",))) == ["torch", "scikit-learn", "ruff"]


MARKED = """
[project]
name = "My_Project"
dependencies = ["tomli; python_version < '3.11'", "torch<2; sys_platform == 'win32'", "torch>=2; sys_platform != 'win32'"]
[project.optional-dependencies]
dev = ["ruff>=0.5", "my-project[dev]"]
all = ["my.project[dev, docs]", "pytest"]
docs = ["mkdocs"]
"""


def test_what_is_not_asked_for_here_is_left_out() -> None:
    found = parse(MARKED).direct((), here("3.12"))
    assert {name: str(each.specifier) for name, each in found.items()} == {"torch": ">=2"}
    assert "tomli" in parse(MARKED).direct((), here("3.10.4"))


def test_an_extra_that_names_others_of_the_project_asks_for_theirs() -> None:
    assert [each.name for each in parse(MARKED).extras["all"]] == ["ruff", "mkdocs", "pytest"]
    assert [each.name for each in parse(MARKED).extras["dev"]] == ["ruff"], "one that names itself has an end"


def test_extras_are_kept_in_order_and_once() -> None:
    assert parse(TEXT).known_extras(["notebook", "dev", "notebook"]) == ("notebook", "dev")


@pytest.mark.parametrize(("extra", "remedy"), [("notebok", "use --extra notebook"), ("zzz", "use one of: dev, notebook")])
def test_an_unknown_extra_is_refused_with_the_nearest_known_one(extra: str, remedy: str) -> None:
    with pytest.raises(WrongUsage) as stopped:
        parse(TEXT).known_extras([extra])
    assert (stopped.value.code, stopped.value.remedy) == ("extra.unknown", remedy)


def test_the_committed_packages_are_read() -> None:
    committed = parse((ROOT / "pyproject.toml").read_text())
    assert {"torch", "torchvision", "torchaudio", "numpy", "transformers"} <= committed.direct(()).keys()
    assert set(committed.extras) == {"dev", "datascience", "notebook", "tracking", "profiling", "security"}


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(WrongSpec, match=r"there is no pyproject\.toml"):
        parse(None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "project = 1",
        "[project",
        "[project]\ndependencies = 1",
        "[project]\ndependencies = [1]",
        "[project]\ndependencies = ['torch>>2']",
        "[project]\noptional-dependencies = 1",
        "[project.optional-dependencies]\ndev = 1",
    ],
)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(WrongSpec, match=r"pyproject\.toml"):
        parse(text)


@given(st.text())
def test_no_text_raises_anything_but_a_problem(text: str) -> None:
    with pytest.raises(WrongSpec):
        parse(text)


def test_an_extra_that_is_no_longer_there_asks_for_nothing() -> None:
    """An environment may have been made with one that was taken out since."""
    known = parse('[project]\ndependencies = ["alpha"]\n')
    assert set(known.direct(["gone"])) == {"alpha"}
    assert known.extra_of(["gone"]) == {}
