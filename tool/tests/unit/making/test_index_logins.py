"""pip is told the logins of indexes that uv knows, and in a variable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from torch_starter.core.machine import local_machine
from torch_starter.making.index_logins import PIP, for_pip

SAFE = "https://wheels.lab.net/simple"
LOGIN = "ada:{}@".format("pass-1")
KNOWN = SAFE.replace("//", f"//{LOGIN}")


def told(folder: Path, files: dict[str, str], **variables: str) -> str | None:
    """What pip is told in a project with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    given = {"HOME": str(folder / "home"), **variables}
    return for_pip(replace(local_machine(), variables=given), given, folder).get(PIP)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("home/.config/uv/uv.toml", f'[[index]]\nurl = "{KNOWN}"\n'),
        ("uv.toml", f'extra-index-url = ["{SAFE}", "{KNOWN}"]\n'),
        ("uv.toml", f'[pip]\nindex-url = "{KNOWN}"\n'),
        ("pyproject.toml", f'[[tool.uv.index]]\nname = "lab"\nurl = "{KNOWN}"\n'),
    ],
)
def test_a_login_in_a_setting_of_uv_is_handed_on(name: str, text: str, tmp_path: Path) -> None:
    assert told(tmp_path, {name: text}) == KNOWN


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"])
def test_a_login_in_a_variable_is_handed_on(name: str, tmp_path: Path) -> None:
    assert told(tmp_path, {}, **{name: KNOWN}) == KNOWN


def test_what_pip_is_told_already_stays(tmp_path: Path) -> None:
    assert told(tmp_path, {}, UV_INDEX=f"lab={KNOWN} {KNOWN} {SAFE}", PIP_EXTRA_INDEX_URL=SAFE) == f"{SAFE} {KNOWN}"


def test_the_login_of_a_named_index_is_in_variables(tmp_path: Path) -> None:
    files = {"pyproject.toml": f'[[tool.uv.index]]\nname = "my-lab.1"\nurl = "{SAFE}"\n'}
    found = told(tmp_path, files, UV_INDEX_MY_LAB_1_USERNAME="ada", UV_INDEX_MY_LAB_1_PASSWORD="p@ss/1")
    assert found == SAFE.replace("//", "//ada:p%40ss%2F1@")


@pytest.mark.parametrize("text", ["", "index = [", "index = 3\n", "index = [3]\n", f'[[index]]\nurl = "{SAFE}"\n'])
def test_where_no_login_is_known_nothing_is_told(text: str, tmp_path: Path) -> None:
    assert told(tmp_path, {"uv.toml": text}) is None
