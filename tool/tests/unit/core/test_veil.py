"""Nothing that we say holds a secret: neither one of a known kind nor one that only this project knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from torch_starter.core.report import Change, Finding, Place, Report, Stop
from torch_starter.core.secrets import masked
from torch_starter.core.veil import Veil, veil
from unit.scanning.planted import Planted, planted

PLAIN = "horse-battery7"
EVERY = Veil({"MY_PASSWORD": PLAIN, "KEYBOARD": "english", "HF_TOKEN_PATH": "/home/ada/token", "API_KEY": "${API_KEY}"})


def report(secret: str) -> Report:
    """A report that says it everywhere."""
    return Report(
        command="explain",
        findings=[
            Finding(id="a", verdict="fail", title="t", seen=f"at {secret}", remedy=f"mv {secret} x", place=Place(secret, 1))
        ],
        changes=[Change(kind="setting", name="HF", was=secret, now="")],
        facts={"host": {"words": (f"it is {secret}", ["more", secret]), "count": 3}},
        notes=[f"see {secret}"],
        stop=Stop("code", f"it was {secret}", secret),
    )


@pytest.mark.parametrize("each", planted(), ids=lambda each: each.kind)
def test_no_known_kind_is_in_what_a_report_says(each: Planted) -> None:
    text = json.dumps(EVERY.report(report(each.text)).as_dict())
    assert each.secret not in json.loads(f'"{json.dumps(text)[1:-1]}"')
    assert json.dumps(each.secret)[1:-1] not in text


def test_what_a_variable_holds_that_is_called_a_secret_is_taken_out_as_a_word() -> None:
    assert PLAIN not in json.dumps(EVERY.report(report(PLAIN)).as_dict())
    assert EVERY.text(f"{PLAIN}s and x{PLAIN}") == f"{PLAIN}s and x{PLAIN}"
    assert EVERY.text("english, /home/ada/token, ${API_KEY}") == "english, /home/ada/token, ${API_KEY}"


def test_what_the_projects_files_say_is_known(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\nDB_PASSWORD='horse battery'\nexport OTHER_KEY=abcdefg\nMODE=production\n")
    (tmp_path / "torch-starter.toml").write_text('[variables]\nSERVICE_SECRET = "swordfish"\n')
    told = veil({"TORCH_STARTER_ROOT": str(tmp_path)}).text("horse battery, abcdefg, swordfish in production")
    assert told == "..., ..., ... in production"
    assert veil({"TORCH_STARTER_ROOT": str(tmp_path / "none")}).text("swordfish") == "swordfish"


def test_a_comment_behind_a_value_is_no_part_of_it_and_a_name_may_be_one_word(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DB_PASSWORD=horse7 # prod\nPGPASSWORD=stable8\nDOOR_KEY='oats#9 too'  # both\n")
    (tmp_path / "torch-starter.toml").write_text('[variables]\nMY_TOKEN = "saddle10"  # of the team\n')
    told = veil({"TORCH_STARTER_ROOT": str(tmp_path)}).text("horse7, stable8, saddle10, oats#9 too")
    assert told == "..., ..., ..., ..."


def test_what_holds_none_stays_the_same_object() -> None:
    given = Finding(id="a", verdict="ok", title="hf_hub_download and hf_raise_for_status", seen="sk-learn", place=Place("x", 1))
    assert EVERY.over(given) is given
    assert masked(given.title) == given.title
