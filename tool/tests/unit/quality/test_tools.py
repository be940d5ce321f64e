"""Programs that look at code: what they say becomes findings with places, and what they cannot say is never "ok"."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from torch_starter.core.facts import Absent, Unknown
from torch_starter.quality import dockerfile, lint, shell, types
from unit.quality.coded import code, look, told

CELL: dict[str, object] = {
    "cell_type": "code",
    "execution_count": None,
    "metadata": {},
    "outputs": [],
    "source": ["import os"],
    "id": "a",
}
NOTEBOOK = json.dumps({"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_lint_tells_rules_by_line_and_form_by_file(tmp_path: Path) -> None:
    found = look(lint.QUALITY, code(tmp_path, {"src/a.py": "import os\n\n\ndef f( x ):\n    return x\n", "src/b.py": "x = 1\n"}))
    assert told(found) == [("lint.rules", "fail", "src/a.py:1"), ("lint.format", "fail", "src/a.py")]
    assert "F401" in found[0].seen
    assert all(each.fixable and each.remedy == "./dev.sh lint --fix" for each in found)


def test_lint_mends_what_it_can_and_tells_the_rest(tmp_path: Path) -> None:
    found = look(lint.QUALITY, code(tmp_path, {"src/a.py": "import os\ny = undefined\n"}, fix=True))
    assert told(found) == [("lint.rules", "fail", "src/a.py:1"), ("lint.format", "ok", "")]
    assert "F821" in found[0].seen
    assert not found[0].fixable
    assert (tmp_path / "src/a.py").read_text() == "y = undefined\n"


def test_lint_looks_into_cells_of_notebooks(tmp_path: Path) -> None:
    found = look(lint.QUALITY, code(tmp_path, {"notebooks/a.ipynb": NOTEBOOK}))
    assert told(found) == [("lint.rules", "fail", "notebooks/a.ipynb:1"), ("lint.format", "ok", "")]
    assert found[0].seen.startswith("cell 1, F401")


def test_what_is_no_python_is_told_with_its_line(tmp_path: Path) -> None:
    found = look(lint.QUALITY, code(tmp_path, {"src/a.py": "x = 1\ndef (:\n"}))
    assert ("lint.rules", "fail", "src/a.py:2") in told(found)


def test_what_lint_cannot_look_at_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(Unknown, match="ruff check ended with 2"):
        look(lint.QUALITY, code(tmp_path, {"src/a.py": "x = 1\n", "pyproject.toml": "[tool.ruff]\nnonsense = 1\n"}))


def test_clean_code_is_ok(tmp_path: Path) -> None:
    files = {"src/a.py": 'def f(x: int) -> str:\n    return f"{x}"\n'}
    assert told(look(lint.QUALITY, code(tmp_path, files))) == [("lint.rules", "ok", ""), ("lint.format", "ok", "")]
    assert told(look(types.QUALITY, code(tmp_path, files))) == [("types.mypy", "ok", "")]


def test_types_are_told_with_their_line_and_name(tmp_path: Path) -> None:
    found = look(types.QUALITY, code(tmp_path, {"src/a.py": 'x = 1\ny: int = "one"\n'}))
    assert told(found) == [("types.mypy", "fail", "src/a.py:2")]
    assert found[0].seen.endswith("[assignment]")


def test_what_is_no_python_is_told_by_types_too(tmp_path: Path) -> None:
    found = look(types.QUALITY, code(tmp_path, {"src/a.py": "x = 1\ndef f(:\n", "src/b.py": "y = 1\n"}))
    assert told(found)[0] == ("types.mypy", "fail", "src/a.py:2")
    assert "before it can be read" in found[0].seen


def test_older_versions_of_mypy_say_it_in_another_form() -> None:
    text = "src/broken.py:1: error: Invalid syntax  [syntax]\n"
    assert list(types.unreadable(text)) == [("src/broken.py", 1, "Invalid syntax")]


def test_types_without_python_do_not_apply(tmp_path: Path) -> None:
    with pytest.raises(Absent, match=r"no \.py file in notebooks"):
        look(types.QUALITY, code(tmp_path, {"notebooks/a.ipynb": NOTEBOOK}))


def test_without_any_code_nothing_applies(tmp_path: Path) -> None:
    for quality in (lint.QUALITY, types.QUALITY, shell.QUALITY, dockerfile.QUALITY):
        with pytest.raises(Absent):
            look(quality, code(tmp_path, {}))


def test_what_mypy_cannot_look_at_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(Unknown, match="mypy ended with 2"):
        look(types.QUALITY, code(tmp_path, {"src/a/x.py": "x = 1\n", "src/b/x.py": "x = 1\n"}))


@pytest.mark.parametrize("git", [True, False])
def test_scripts_are_found_by_name_and_by_their_first_line(tmp_path: Path, git: bool) -> None:
    files = {
        "a.sh": "#!/bin/sh\ncd $1\n",
        "bin/run": "#!/usr/bin/env bash\necho $2\n",
        "bin/other": "#!/usr/bin/env python3\nprint($1)\n",
        "text": "cd $1\n",
    }
    found = look(shell.QUALITY, code(tmp_path, files, git=git))
    assert {(each.id, str(each.place)) for each in found} == {("shell.rules", "a.sh:2"), ("shell.rules", "bin/run:2")}
    assert {each.verdict for each in found} == {"fail", "warn"}


@pytest.mark.parametrize(
    ("first", "known"),
    [
        ("#!/bin/bash -e", True),
        ("#! /bin/sh", True),
        ("#!/bin/sh\r", True),
        ("#!/usr/bin/env bash", True),
        ("#!/usr/bin/env -S bash -e", True),
        ("#!/usr/bin/env -Sbash -e", True),
        ("#!/usr/bin/env -iS A=1 /bin/dash -eu", True),
        ("#!/usr/bin/env --split-string=ksh -e", True),
        ("#!/" + "long/" * 30 + "bash", True),
        ("#!/usr/bin/env python3 sh", False),
        ("#!/usr/bin/zsh", False),
        ("#!/usr/bin/fish", False),
        ("#!/bin/shell", False),
        ("#!" + "/usr/bin/env " + "-S " * 90, False),
        ("/bin/sh", False),
        ("#!", False),
        ("", False),
    ],
)
def test_a_script_is_known_by_its_first_line_whichever_options_it_has(tmp_path: Path, first: str, known: bool) -> None:
    assert shell.is_script(code(tmp_path, {"run": f"{first}\necho\n"}), "run") is known


def test_what_git_ignores_is_left_out(tmp_path: Path) -> None:
    files = {"a.sh": "#!/bin/sh\ncd $1\n", "b.sh": '#!/bin/sh\necho "$1"\n', ".gitignore": "a.sh\n"}
    assert told(look(shell.QUALITY, code(tmp_path, files, git=True))) == [("shell.rules", "ok", "")]


def test_dockerfiles_are_told_with_their_line(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM ubuntu:24.04\nRUN cd /x\n", "a/b.dockerfile": "FROM ubuntu\n", "Dockerfile.dockerignore": "x\n"}
    found = look(dockerfile.QUALITY, code(tmp_path, files))
    assert {(each.verdict, str(each.place)) for each in found} == {("fail", "Dockerfile:2"), ("fail", "a/b.dockerfile:1")}
    assert "DL3003" in " ".join(each.seen for each in found)
