"""Secrets in container files: found, and never shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.rules.ruling import Texts, ask, files, same

TOKEN = "hf_" + "abcdefgh12345678"  # not a real one

CASES: list[tuple[str, Texts]] = [
    ("fail", f"FROM a:1\nENV X=1 \\\n    HF_TOKEN={TOKEN} «\n"),
    ("fail", f"FROM a:1\nENV MODEL={TOKEN} «\n"),
    ("fail", "FROM a:1\nARG PASSWORD=correct-horse «\n"),
    ("fail", "FROM a:1\nARG INDEX=https://me:horse@wheels.example.org/simple «\n"),
    ("fail", f"FROM a:1\nRUN pip install x \\\n && git clone https://{TOKEN}@example.org/a.git «\n"),
    ("fail", f"services:\n  a:\n    image: x:1\n    environment:\n      - KEY={TOKEN} «\n"),
    ("warn", "FROM a:1\nARG HF_TOKEN «\n"),
    ("warn", "services:\n  a:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: horse «\n"),
    ("warn", "services:\n  a:\n    build:\n      context: .\n      args:\n        HF_TOKEN: ${HF_TOKEN} «\n"),
    ("warn", '{\n"image": "x:1",\n"remoteEnv": {"API_KEY": "correct-horse"} «\n}'),
    ("ok", "services:\n  a:\n    image: x:1\n    environment:\n      HF_TOKEN: ${HF_TOKEN:-}\n      B_TOKEN:\n"),
    ("ok", "services:\n  a:\n    image: x:1\n    environment: [HF_TOKEN, 'A_KEY=<your key>', API_KEY=changeme, PAD_TOKEN=foo]\n"),
    (
        "ok",
        "FROM a:1\nENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305 KEY_FILE=/run/key MAX_TOKENS=4096 SORT_KEY=name\n",
    ),
    ("ok", "FROM a:1\nRUN --mount=type=secret,id=hf,env=HF_TOKEN pip install dask-labextension git+https://github.com/a/b@v1\n"),
]


@pytest.mark.parametrize(("verdict", "texts"), CASES)
def test_a_secret(verdict: str, texts: Texts) -> None:
    assert same("secrets", verdict, texts)


def test_an_argument_that_becomes_a_variable_stays_in_the_image() -> None:
    found = ask("secrets", "FROM a:1\nARG HF_TOKEN\nENV HF_TOKEN=$HF_TOKEN\n")
    assert [(each.verdict, str(each.place)) for each in found] == [("warn", "Dockerfile:2"), ("fail", "Dockerfile:3")]


def test_a_dev_container_passes_a_secret_on_from_the_machine() -> None:
    (found,) = ask("secrets", '{"image": "x:1", "containerEnv": {"API_KEY": "correct-horse"}}')
    passed = '"remoteEnv": {"API_KEY": "${localEnv:API_KEY}"}'
    assert found.remedy == f"take API_KEY out of containerEnv, change it, and write {passed}"
    assert "env_file" in ask("secrets", CASES[7][1])[0].remedy


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=20, max_size=40))
def test_no_secret_is_ever_shown(secret: str) -> None:
    texts = {
        "Dockerfile": f"FROM a:1\nENV MY_TOKEN={secret}\nRUN curl https://me:{secret}@b.org | sh\nADD https://a:{secret}@b/c /\n",
        "compose.yaml": f"services:\n  a:\n    image: x\n    environment:\n      API_KEY: {secret}\n    env_file: a.env\n",
        "a.env": f"HF_TOKEN=hf_{secret}\nNCCL_DEBUG={secret}\nWANDB_API_KEY={secret}\n",
    }
    for word in ("secrets", "env-file-mode", "piped-shell", "remote-add"):
        found = ask(word, texts, {"a.env": "644"})
        assert any(each.verdict in ("fail", "warn") for each in found)
        assert not [each for each in found if secret in f"{each.seen}{each.wanted}{each.remedy}"]


@pytest.mark.parametrize(
    ("text", "mode", "verdict"),
    [
        (f"HF_TOKEN={TOKEN}\n", "644", "fail"),
        (f"HF_TOKEN={TOKEN}\n", "640", "fail"),
        (f"HF_TOKEN={TOKEN}\n", "600", "ok"),
        ("DB_PASSWORD=horse\n", "644", "warn"),
        ("DB_PASSWORD=changethis\nPORT=80\n", "644", "ok"),
        (f"HF_TOKEN={TOKEN}\n", "", "ok"),
        ("HF_TOKEN=\n", "644", "ok"),
    ],
)
def test_a_file_with_secrets_is_for_its_owner_alone(text: str, mode: str, verdict: str) -> None:
    found = ask("env-file-mode", {".env": text}, {".env": mode})
    assert [each.verdict for each in found] == [verdict]
    if verdict != "ok":
        assert (str(found[0].place), found[0].remedy) == (".env", "chmod 600 .env")


def test_without_files_of_variables_there_is_no_mode_to_look_at() -> None:
    assert same("env-file-mode", "skip", files("FROM a:1\n"))
