from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest

from shape.source import ROOT
from torch_starter import __version__
from torch_starter.cli import main
from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Verb

VERBS = sorted(collect("verbs", Verb), key=lambda verb: verb.name)


class Terminal:
    """Gives words to the command line, and takes what it says."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        code = main(words)
        out, err = self._capsys.readouterr()
        return code, out, err

    def document(self, *words: str) -> dict[str, Any]:
        code, out, _ = self(*words, "--json")
        document: dict[str, Any] = json.loads(out)
        assert document["exit_code"] == code
        return document


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """In a project of its own: the committed spec, packages and locks, and no environment."""
    for name in ("torch-starter.toml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "locks").symlink_to(ROOT / "locks")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PWD", str(tmp_path))
    return Terminal(capsys)


@pytest.mark.parametrize("words", [("--help",), ("-h",), ()])
def test_the_help_lists_every_verb(terminal: Terminal, words: tuple[str, ...]) -> None:
    code, out, err = terminal(*words)
    assert (code, err) == (0, "")
    listed = {line.split()[0] for line in out.splitlines() if line.startswith("  ") and line.strip()}
    assert {verb.name.split()[0] for verb in VERBS} <= listed
    assert "./dev.sh verify-setup" in out


def test_the_help_of_a_family_lists_its_commands(terminal: Terminal) -> None:
    code, out, _ = terminal("cache", "--help")
    listed = {line.split()[0] for line in out.splitlines() if line.startswith("  ") and line.strip()}
    assert code == 0
    assert {verb.name.split()[1] for verb in VERBS if verb.name.startswith("cache ")} <= listed


def test_a_mistyped_command_of_a_family_is_answered_with_the_nearest(terminal: Terminal) -> None:
    code, _, err = terminal("cache", "lst")
    assert code == 2
    assert "did you mean 'list'" in err


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_the_help_of_a_verb_has_an_example_and_its_options(terminal: Terminal, verb: Verb) -> None:
    code, out, _ = terminal(*verb.name.split(), "--help")
    words = " ".join(click.unstyle(out).split())
    assert code == 0
    assert f"Example: {verb.example}" in words
    assert all(f"--{option.name}" in words for option in verb.options)
    assert ("--json" in words) is not verb.passes_through
    assert ("--dry-run" in words) is verb.changes


def test_the_version_is_told(terminal: Terminal) -> None:
    assert terminal("--version") == (0, f"torch-starter {__version__}\n", "")


@pytest.mark.parametrize(("word", "hint"), [("verify", "did you mean 'verify-setup'?"), ("xyzzy", "there are: setup")])
def test_an_unknown_command_is_wrong_usage_with_a_hint(terminal: Terminal, word: str, hint: str) -> None:
    code, out, err = terminal(word)
    assert (code, out) == (2, "")
    assert f"there is no command '{word}'" in err
    assert hint in " ".join(err.split())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("verify",), "usage"),
        (("setup", "--nonsense"), "usage"),
        (("setup", "--accelerator", "cu999", "--dry-run"), "accelerator.unknown"),
        (("verify-setup", "--explain", "nonsense"), "check.unknown"),
        (("setup", "--driver", "535.104"), "setup.elsewhere"),
        (("setup", "--driver", "new", "--dry-run"), "setup.version"),
        (("setup", "--extra", "nonsense", "--dry-run"), "extra.unknown"),
    ],
)
def test_wrong_usage_is_one_json_document_that_says_what_to_do(terminal: Terminal, words: tuple[str, ...], code: str) -> None:
    document = terminal.document(*words)
    assert (document["exit_code"], document["status"]) == (2, "error")
    assert document["problem"]["code"] == code
    assert document["problem"]["remedy"]


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("verify-setup", "--files"), "see: torch-starter verify-setup --help"),
        (("setup", "--nonsense"), "see: torch-starter setup --help"),
        (("--completion",), "see: torch-starter --help"),
    ],
)
def test_wrong_words_lead_to_the_help_of_the_command(terminal: Terminal, words: tuple[str, ...], remedy: str) -> None:
    code, out, err = terminal(*words)
    assert (code, out) == (2, "")
    assert err.endswith(f"what to do: {remedy}\n")


def test_a_word_that_means_nothing_is_answered_with_rules_too(terminal: Terminal) -> None:
    for option in ("--explain", "--only", "--skip"):
        assert terminal.document("verify-setup", option, "nonsense")["problem"]["message"].endswith("network, files")
        assert "'files.privileged'" in terminal.document("verify-setup", option, "files.privilegd")["problem"]["message"]


def test_a_wrong_spec_is_told_with_its_line(terminal: Terminal) -> None:
    Path("torch-starter.toml").write_text('[python]\nversoin = "3.12"\n')
    document = terminal.document("setup", "--dry-run")
    assert (document["exit_code"], document["problem"]["code"]) == (2, "spec.unknown-key")
    assert "line 2" in document["problem"]["message"]


def test_outside_of_a_project_it_says_so(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    code, _, err = terminal("facts")
    assert code == 2
    assert "no torch-starter.toml in / or above it" in err


def test_another_host_is_planned_for_without_being_there(terminal: Terminal) -> None:
    document = terminal.document("setup", "--driver", "535.104", "--capability", "7.0", "--dry-run")
    (change,) = [change for change in document["changes"] if change["name"] == "accelerator"]
    assert (document["exit_code"], change["now"]) in [(0, "cu128"), (0, "cpu")]  # cpu where this is not x86_64
    assert "driver 535.104" in json.dumps(document)


def test_facts_are_one_document(terminal: Terminal) -> None:
    document = terminal.document("facts")
    assert document["status"] == "ok"
    assert {"cpu", "disk", "gpu", "limits", "memory", "system"} <= document["facts"].keys()


def test_recorded_facts_hold_nothing_of_this_place(terminal: Terminal) -> None:
    assert terminal("facts", "--record", "here")[0] == 0
    text = Path("here/facts.json").read_text()
    assert json.loads(text).keys() >= {"cpu", "system"}
    assert str(Path.cwd()) not in text


def test_checks_are_listed_and_explained(terminal: Terminal) -> None:
    code, out, _ = terminal("verify-setup", "--list")
    assert code == 0
    assert "packages.trio" in out
    code, out, _ = terminal("verify-setup", "--explain", "packages.trio")
    assert (code, "packages.trio: " in out) == (0, True)


@pytest.mark.parametrize(("words", "code"), [(("rollback",), 3), (("run", "--", "python"), 3), (("run",), 2)])
def test_without_an_environment_it_says_what_makes_one(terminal: Terminal, words: tuple[str, ...], code: int) -> None:
    told, out, err = terminal(*words)
    assert (told, out) == (code, "")
    assert "what to do: ./dev.sh" in err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_is_a_script_that_the_shell_takes(terminal: Terminal, shell: str) -> None:
    code, out, _ = terminal("--completion", shell)
    assert (code, "torch" in out) == (0, True)
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=out, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
