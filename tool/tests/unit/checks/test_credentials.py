from __future__ import annotations

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from torch_starter.checks.credentials import CHECKS
from torch_starter.core.evidence import PathState
from torch_starter.core.repair import SetMode
from torch_starter.core.report import Verdict
from torch_starter.core.secrets import secrets
from torch_starter.core.spec import Container, Spec
from torch_starter.facts.git import Git
from torch_starter.testing import evidence, machine_with
from unit.checks.asking import one, verdict

MODES, ENV_FILE, REMOTE, IN_SPEC = CHECKS


@pytest.mark.parametrize(
    ("state", "wanted", "fixable"),
    [
        (PathState("/t", "missing"), "ok", False),
        (PathState("/t", "file", "600"), "ok", False),
        (PathState("/t", "file", "400"), "ok", False),
        (PathState("/t", "file", "644"), "fail", True),
        (PathState("/t", "file", "600", mine=False), "fail", False),
    ],
)
def test_credentials_are_for_their_owner_alone(state: PathState, wanted: Verdict, fixable: bool) -> None:
    finding = one(MODES, evidence(paths={"credentials t": state}))
    assert (finding.verdict, finding.fixable) == (wanted, fixable)


def test_a_mode_is_mended_where_the_file_is_ours() -> None:
    assert MODES.repairs is not None
    states = {"credentials a": PathState("/a", "file", "644"), "credentials b": PathState("/b", "file", "644", mine=False)}
    assert [*MODES.repairs(evidence(paths=states))] == [SetMode("/a", "644", "600", "others can read the credentials in it")]
    assert one(MODES, evidence(paths=states)).remedy == 'sudo chown "$(id -u)" /b && chmod 600 /a /b'


def git(env: bool, ignored: bool, tracked: bool = False, history: bool | None = False, remotes: tuple[str, ...] = ()) -> Git:
    return Git(env_file=env, env_ignored=ignored, env_tracked=tracked, env_in_history=history, secret_remotes=remotes)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (git(env=False, ignored=False), "skip"),
        (git(env=True, ignored=True), "ok"),
        (git(env=True, ignored=True, history=None), "ok"),
        (git(env=True, ignored=False), "warn"),
        (git(env=True, ignored=True, tracked=True), "fail"),
        (git(env=True, ignored=True, history=True), "fail"),
        (git(env=False, ignored=True, history=True), "fail"),
    ],
    ids=["none", "ignored", "a long history", "not ignored", "tracked", "in the history", "removed, in the history"],
)
def test_an_env_file_is_kept_out_of_git(found: Git, wanted: Verdict) -> None:
    assert verdict(ENV_FILE, evidence(machine=machine_with(found))) == wanted


def test_remotes_with_a_secret_are_named() -> None:
    assert verdict(REMOTE, evidence(machine=machine_with(git(env=False, ignored=True)))) == "ok"
    finding = one(REMOTE, evidence(machine=machine_with(git(env=False, ignored=True, remotes=("origin",)))))
    assert (finding.verdict, finding.seen) == ("fail", "in the address of origin")


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("HF_TOKEN", "abcdef", True),
        ("WANDB_API_KEY", "abcdef", True),
        ("my_secret", "abcdef", True),
        ("DB_PASSWORD", "x", True),
        ("ANYTHING", "hf_" + "a" * 30, True),
        ("ADDRESS", "https://ghp_" + "a" * 30 + "@example.org", True),
        ("HF_TOKEN", "", False),
        ("TOKENIZERS_PARALLELISM", "false", False),
        ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1", False),
        ("HF_TOKEN_PATH", "~/.hf", False),
        ("SSL_KEY", "/etc/key.pem", False),
        ("API_KEY", "${API_KEY}", False),
        ("KEYBOARD", "abcdef", False),
        ("PYTHONHASHSEED", "random", False),
    ],
)
def test_a_secret_is_known_by_its_name_or_its_shape(name: str, value: str, wanted: bool) -> None:
    assert [*secrets({name: value})] == ([name] if wanted else [])
    assert verdict(IN_SPEC, evidence(spec=Spec(variables={name: value}))) == ("fail" if wanted else "ok")
    assert verdict(IN_SPEC, evidence(spec=Spec(container=Container(variables={name: value})))) == ("fail" if wanted else "ok")


@examples(st.text("abcdefghXYZ0123456789", min_size=12, max_size=40))
def test_a_secret_is_never_shown(value: str) -> None:
    finding = one(IN_SPEC, evidence(spec=Spec(variables={"MY_TOKEN": value})))
    assert finding.verdict == "fail"
    assert value not in f"{finding.seen}{finding.wanted}{finding.remedy}"
