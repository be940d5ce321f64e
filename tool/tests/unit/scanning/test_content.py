"""Every kind of secret is found where people write it; what only stands for one is not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_starter.core.leaks import finding
from torch_starter.core.secrets import has_token, masked, without_secrets
from torch_starter.core.tokens import hits, kinds
from torch_starter.scanning.allowed import Allowed
from torch_starter.scanning.content import decoded, leaks
from unit.scanning.planted import Planted, planted

NONE = Allowed()
EACH = pytest.mark.parametrize("each", planted(), ids=lambda each: each.kind)


def found(text: str, name: str = "settings.conf") -> list[str]:
    return [leak.kind for leak in leaks(text, name, NONE)]


def test_every_kind_is_planted() -> None:
    assert {each.kind for each in planted()} == {kind.name for kind in kinds()}


@EACH
def test_it_is_found_once_with_its_line_and_length(each: Planted) -> None:
    text = f"first = 1\n\n{each.text}\nlast = 2\n"
    (leak,) = leaks(text, "settings.conf", NONE)
    assert (leak.kind, leak.length) == (each.kind, len(each.secret)) or each.kind == "private-key" == leak.kind
    assert leak.line in (3, 4)  # the letters of a private key begin on the next line


@EACH
def test_it_is_told_without_a_character_of_it(each: Planted) -> None:
    (leak,) = leaks(each.text, "settings.conf", NONE)
    told = finding(leak, "secrets.x", "t").as_dict()
    assert each.secret not in json.dumps(told)
    assert each.secret[-8:] not in json.dumps(told)
    assert "change it" in told["remedy"]
    assert leak.kind in ("netrc", "address", "password") or leak.digest in told["seen"]


@EACH
def test_it_is_masked(each: Planted) -> None:
    for text in (masked(each.text), without_secrets(f"Traceback: {each.text} was refused")):
        assert each.secret.split("\n")[0] not in text


@settings(max_examples=20)
@given(st.integers(2, 10_000))
def test_they_are_found_whatever_their_letters_are(seed: int) -> None:
    for each in planted(seed):
        assert found(each.text) == [each.kind], each.kind


@EACH
def test_it_is_found_in_a_notebook_and_in_its_output(each: Planted) -> None:
    source = {"cell_type": "code", "metadata": {}, "outputs": [], "source": each.text.splitlines(keepends=True)}
    output = {"cell_type": "code", "outputs": [{"name": "stdout", "output_type": "stream", "text": each.text}], "source": []}
    for cell, indent in ((source, 1), (output, None)):
        text = json.dumps(
            {"cells": [{"cell_type": "markdown", "source": []}, cell], "nbformat": 4}, indent=indent, sort_keys=True
        )
        got = list(leaks(text, "work.ipynb", NONE))
        assert [leak.kind for leak in got][:1] == [each.kind] or each.line.startswith("export")  # whose line has no end there
        assert {leak.cell for leak in got} <= {2}


@pytest.mark.parametrize(
    "text",
    [
        'token = "hf_' + "x" * 34 + '"',
        'token = "hf_' + "abcdefghijklmnopqrstuvwxyz12345678" + '"',
        'token = "<your token>"',
        'token = "your-token-here-1234"',
        "HF_TOKEN=${HF_TOKEN}",
        'HF_TOKEN = os.environ["HF_TOKEN_2024"]',
        'api_key = os.getenv("WANDB_API_KEY_1")',
        'password = "example-password-1"',
        'password: "{{ vault_password_1 }}"',
        'aws_access_key_id = "AKIAIOSFODNN7' + 'EXAMPLE"',
        'aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY' + 'EXAMPLEKEY"',
        'pad_token = "<|endoftext|>"',
        'token_type_ids = "input_ids_1234"',
        'tokenizer = "bert-base-uncased-2"',
        '_CHECKPOINT_FOR_TOKEN_CLASSIFICATION = "dbmdz/bert-large-cased-finetuned-conll03-english"',
        '"ClientToken": "a8ca07e4-61ec-4399-99f4-19853801bcd5"',
        "git checkout 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
        'sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
        "https://ada:secret@example.org/x",
        "postgres://postgres:postgres@localhost:5432/app",
        "git@github.com:ada/work.git",
        "machine example.org login ada password none",
        "-----BEGIN " + "PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "token: JiraOauth2Token",
    ],
)
def test_what_stands_for_one_is_not_told(text: str) -> None:
    assert found(text, "code.py") == []


def test_a_line_or_the_next_one_is_allowed_by_a_mark() -> None:
    line = planted()[0].text
    assert found(f"{line}  # pragma: allowlist secret") == []
    assert found(f"# pragma: allowlist nextline secret\n{line}") == []
    assert found(f"# pragma: allowlist secret\n{line}") == ["hugging-face"]
    assert found(f"{line}\n# pragma: allowlist secret") == ["hugging-face"]


def test_each_of_many_is_told_at_its_line_and_marks_hold_for_theirs() -> None:
    lines = [each.text for seed in range(2, 40) for each in planted(seed)[:1]]
    lines[3] += "  # pragma: allowlist secret"
    lines[10] = f"# pragma: allowlist nextline secret\n{lines[10]}"
    lines[20] = f"{lines[20]}, {planted(50)[0].text}"  # two in a line
    told = [leak.line for leak in leaks("\n".join(lines), "many.py", NONE)]
    assert told == [1, 2, 3, *range(5, 11), *range(13, 22), 22, 22, *range(23, 40)]


def test_a_word_is_found_beside_a_secret_whatever_letters_stand_before() -> None:
    near = next(each for each in planted() if each.kind == "kaggle" and "username" in each.line)
    assert found("İ" * 300 + "\n" + near.text, "a.json") == ["kaggle"]  # whose small letter is two


def test_one_is_allowed_by_its_digest_and_a_file_by_its_path() -> None:
    line = planted()[0].text
    (leak,) = leaks(line, "a/b.py", NONE)
    assert list(leaks(line, "a/b.py", Allowed(frozenset([leak.digest])))) == []
    assert list(leaks(line, "a/b.py", Allowed(paths=("a/*.py",)))) == []
    assert list(leaks(line, "a/b.py", Allowed(paths=("a",)))) == []
    assert list(leaks(line, "a/b.py", Allowed(paths=("b", "a/b")))) == [leak]


def test_pictures_in_notebooks_are_not_searched() -> None:
    inside = "iVBORw0KGgo" * 30 + "/" + "AKIA" + "Q7ZJ2M4XK9PLW3TB" + "/" + "iVBORw0KGgo" * 30
    cell = {"cell_type": "code", "outputs": [{"data": {"image/png": inside}}], "source": []}
    assert found(json.dumps({"cells": [cell]}), "picture.ipynb") == []


def test_text_is_told_from_what_is_none() -> None:
    line = planted()[0].text
    assert decoded(b"\x89PNG\0" + line.encode()) is None
    assert found(decoded(line.encode("utf-16")) or "") == ["hugging-face"]
    assert found(decoded(b"\xff" + line.encode()) or "") == ["hugging-face"]


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    for hit in hits(text):
        assert 0 <= hit.start < hit.end <= len(text)
    assert not has_token(text) or masked(text) != text
