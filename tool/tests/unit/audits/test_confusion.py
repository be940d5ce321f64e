"""Settings by which a package may come from elsewhere."""

from __future__ import annotations

import configparser
from collections.abc import Iterable

import pytest

from torch_starter.audits import confusion
from torch_starter.audits.confusion import Risk

TEAM = "https://team.example.org/simple"
PLAIN = "http://team.example.org/simple"
HASHED = "numpy==1 --hash=sha256:" + "0" * 64


def told(risks: Iterable[Risk]) -> list[tuple[str, str]]:
    return [(each.verdict, each.seen.split(" ", 1)[0] + ("" if each.place is None else f" {each.place}")) for each in risks]


def of_uv(text: str, whole: bool = True) -> list[tuple[str, str]]:
    return told(confusion.of_uv(text, "pyproject.toml", whole=whole))


def test_an_index_beside_the_default_one_is_told() -> None:
    index = f'[[tool.uv.index]]\nname = "team"\nurl = "{TEAM}"\n'
    assert of_uv(index) == [("warn", f"{TEAM} pyproject.toml")]
    assert of_uv(f'[tool.uv]\nindex-strategy = "unsafe-best-match"\n{index}') == [("fail", f"{TEAM} pyproject.toml")]
    assert of_uv(f'[tool.uv]\nextra-index-url = ["{TEAM}"]') == [("warn", f"{TEAM} pyproject.toml")]
    assert of_uv(f'[pip]\nindex-strategy = "unsafe-best-match"\nextra-index-url = ["{TEAM}"]', whole=False) == [
        ("fail", f"{TEAM} pyproject.toml")
    ]


def test_an_index_that_is_explicit_or_the_only_one_is_well() -> None:
    assert of_uv(f'[[tool.uv.index]]\nname = "team"\nurl = "{TEAM}"\nexplicit = true\n') == []
    assert of_uv(f'[[tool.uv.index]]\nurl = "{TEAM}"\ndefault = true\n') == []
    assert of_uv('[project]\nname = "x"\n') == []


def test_an_index_without_encryption_is_told_also_where_it_is_the_only_one() -> None:
    assert of_uv(f'[[tool.uv.index]]\nurl = "{PLAIN}"\ndefault = true\n') == [("fail", f"{PLAIN} pyproject.toml")]
    assert of_uv('[[tool.uv.index]]\nurl = "http://127.0.0.1:8080/simple"\ndefault = true\n') == []


def test_pip_takes_the_best_of_all() -> None:
    text = f"[global]\nextra-index-url =\n  {TEAM}\n  https://two.example.org/simple\ntrusted-host = team.example.org\n"
    assert told(confusion.of_pip(text, "pip.conf")) == [
        ("fail", f"{TEAM} pip.conf"),
        ("fail", "https://two.example.org/simple pip.conf"),
        ("fail", "team.example.org pip.conf"),
    ]
    assert told(confusion.of_pip(f"[global]\nindex-url = {TEAM}\n", "pip.conf")) == []
    with pytest.raises(configparser.Error):
        told(confusion.of_pip("index-url", "pip.conf"))


def test_variables_are_settings_too() -> None:
    assert told(confusion.of_variables({"UV_INDEX": f"team={TEAM}"})) == [("warn", TEAM)]
    both = {"UV_EXTRA_INDEX_URL": TEAM, "UV_INDEX_STRATEGY": "unsafe-best-match"}
    assert told(confusion.of_variables(both)) == [("fail", TEAM)]
    assert told(confusion.of_variables({"PIP_EXTRA_INDEX_URL": TEAM})) == [("fail", TEAM)]
    assert told(confusion.of_variables({"UV_DEFAULT_INDEX": PLAIN})) == [("fail", PLAIN)]
    assert told(confusion.of_variables({"UV_DEFAULT_INDEX": TEAM, "PIP_INDEX_URL": TEAM, "UV_INDEX": ""})) == []


def test_options_in_requirements_are_told_with_their_lines_unless_all_is_held_against_hashes() -> None:
    text = f"# ours\n--extra-index-url {TEAM}\nnumpy==1\n"
    assert told(confusion.of_requirements(text, "requirements.txt")) == [("fail", f"{TEAM} requirements.txt:2")]
    assert told(confusion.of_requirements(f"--extra-index-url={TEAM}\n{HASHED}\n", "requirements.txt")) == []
    assert told(confusion.of_requirements(f"-i {PLAIN}\n{HASHED}\n", "requirements.txt")) == [
        ("fail", f"{PLAIN} requirements.txt:1")
    ]


def test_commands_and_variables_in_a_dockerfile_are_told() -> None:
    text = (
        f"FROM x\nRUN apt-get update && \\\n    pip install --extra-index-url {TEAM} numpy\nENV PIP_EXTRA_INDEX_URL={TEAM}\n"
        f"RUN uv pip install --index {TEAM} numpy\nRUN uv pip install --require-hashes --index {TEAM} -r x.txt\n"
    )
    assert told(confusion.of_dockerfile(text, "Dockerfile")) == [
        ("fail", f"{TEAM} Dockerfile:2"),
        ("fail", f"{TEAM} Dockerfile:4"),
        ("warn", f"{TEAM} Dockerfile:5"),
    ]


def test_a_password_in_an_address_is_not_shown() -> None:
    given = {"PIP_EXTRA_INDEX_URL": "https://ada:" + "lovelace@team.example.org/simple"}
    assert [each.seen for each in confusion.of_variables(given) if "lovelace" in each.seen] == []
    assert told(confusion.of_variables(given)) == [("fail", "https://...@team.example.org/simple")]
