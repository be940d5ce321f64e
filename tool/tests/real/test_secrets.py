"""Nothing of ours shows, keeps or sends a secret: one is put into every place, and all that commands leave is searched."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from real._place import Place
from unit.scanning.planted import ALNUM, CAPITALS, HEX, Maker

MAKE = Maker(7)
HELD = {".env", "kaggle.json", "work.ipynb", "train.py", "torch-starter.toml", "compose.yaml", "Dockerfile", ".netrc", "pip.conf"}
HELD |= {".git-credentials", "token"}  # where they were put
TRAIN = """
import sys
import torch

TOKEN = "{source}"
model = torch.nn.Linear(4, 4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(40):
    optimizer.zero_grad()
    model(torch.ones(2, 4)).sum().backward()
    optimizer.step()
"""
SPEC = '[variables]\nMY_OPENAI_API_KEY = "{spec}"\n'
COMPOSE = "services:\n  app:\n    image: a:1\n    environment:\n      WANDB_API_KEY: {compose}\n      DB_PASSWORD: {chosen}\n"
DOCKERFILE = "FROM python:3.12\nENV HF_TOKEN={dockerfile}\nRUN curl -H 'Authorization: Bearer {layer}' https://hub.example.net\n"
TRACEBACK = """Traceback (most recent call last):
  File "train.py", line 3, in <module>
    login(token="{traceback}", password="{told}")
torch.cuda.OutOfMemoryError: CUDA out of memory while WANDB_API_KEY={logged} and https://ada:{asked}@wheels.lab.net/simple
"""


def fresh() -> dict[str, str]:
    """A secret for each place."""
    tokens = ("variable", "dockerfile", "argument", "notebook", "stored")
    hubs = {name: "hf_" + MAKE(34) for name in tokens}
    github = {name: "ghp_" + MAKE(36) for name in ("source", "traceback", "remote", "helper")}
    keys = {name: MAKE(40, HEX) for name in ("wandb", "compose", "logged")}
    people = ("chosen", "index", "netrc", "dotenv", "asked", "extra", "told", "plain")
    chosen = {name: MAKE(6) + "7" + MAKE(5) + "%" for name in people}
    return {
        **hubs,
        **github,
        **keys,
        **chosen,
        "spec": "sk-" + MAKE(48),
        "kaggle": MAKE(32, HEX),
        "cloud": "AKIA" + MAKE(16, CAPITALS),
        "layer": "nvapi-" + MAKE(64, ALNUM),
    }


@dataclass
class Ground:
    """A project in which a secret is in every place, and what commands said in it."""

    place: Place
    secrets: dict[str, str]
    said: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, given: str = "") -> None:
        argv = ["-m", "torch_starter", *words]
        done = subprocess.run(
            [sys.executable, *argv], cwd=self.place.root, env=self.place.variables, input=given, capture_output=True, text=True
        )
        assert done.returncode in (0, 1, 3, 4), (words, done.stderr)
        self.said[" ".join(words)] = done.stdout + done.stderr

    def shown(self) -> Iterator[str]:
        """Which secret is in what a command said, or in a file that is left."""
        for name, secret in self.secrets.items():
            yield from (f"{name} in the output of {words}" for words, text in self.said.items() if secret in text)
            yield from (f"{name} in {path}" for path in self.left() if secret.encode() in path.read_bytes())

    def left(self) -> Iterator[Path]:
        """The files below the project and the home folder that no person has put there."""
        for folder in (self.place.root, self.place.root.parent):
            for path in folder.rglob("*"):
                own = path.name not in HELD and ".git" not in path.parts
                if own and path.is_file() and not path.is_symlink() and "envs" not in path.parts:
                    yield path


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "user.name=me", "-c", "user.email=me@example.org", *words], cwd=folder, check=True)


def put(path: Path, text: str, secrets: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.format(**secrets))
    path.chmod(0o644)  # so that there is something to say of it, too


@pytest.fixture
def ground(place: Place) -> Ground:
    secrets, root = fresh(), place.root
    home = Path(place.variables["HOME"])
    text = (root / "torch-starter.toml").read_text()
    (root / "torch-starter.toml").unlink()
    (root / "torch-starter.toml").write_text(text.replace("[variables]\n", SPEC.format(**secrets)))
    put(root / "train.py", TRAIN, secrets)
    put(root / ".env", "KAGGLE_KEY={kaggle}\nDB_PASSWORD={dotenv}\n", secrets)
    put(root / "compose.yaml", COMPOSE, secrets)
    put(root / "Dockerfile", DOCKERFILE, secrets)
    put(home / ".netrc", "machine hub.lab.net login ada password {netrc}\n", secrets)
    put(home / ".kaggle" / "kaggle.json", '{{"username": "ada", "key": "{kaggle}"}}', secrets)
    put(home / ".git-credentials", "https://ada:{helper}@github.com\n", secrets)
    put(home / ".cache" / "huggingface" / "token", "{stored}", secrets)
    put(home / ".config" / "pip" / "pip.conf", "[global]\nextra-index-url = https://ada:{extra}@wheels.lab.net/simple\n", secrets)
    cell = {"cell_type": "code", "outputs": [{"text": secrets["notebook"]}], "source": [f"login('{secrets['notebook']}')\n"]}
    (root / "work.ipynb").write_text(json.dumps({"cells": [cell]}, indent=1))
    git(root, "init", "-q")
    git(root, "remote", "add", "origin", f"https://ada:{secrets['remote']}@github.com/ada/work.git")
    git(root, "add", "train.py", "work.ipynb", ".env")
    git(root, "-c", "commit.gpgsign=false", "commit", "-q", "-m", "all of it")
    place.variables.update(
        HF_TOKEN=secrets["variable"],
        WANDB_API_KEY=secrets["wandb"],
        AWS_ACCESS_KEY_ID=secrets["cloud"],
        MY_SERVICE_PASSWORD=secrets["plain"],
        HF_ENDPOINT=f"https://ada:{secrets['asked']}@hub.lab.net",
        PIP_INDEX_URL=f"https://ada:{secrets['index']}@wheels.lab.net/simple",
    )
    return Ground(place, secrets)


QUICK = (
    ("verify-setup", "--quick"),
    ("verify-setup", "--quick", "--json", "--html", "page.html"),
    ("verify-setup", "--quick", "--report"),
    ("verify-setup", "--full", "--json", "--only", "credentials,variables,network"),
    ("verify-setup", "--quick", "--since-last"),
    ("verify-setup", "--files", ".", "--json"),
    ("verify-setup", "--files", "."),
    ("facts",),
    ("facts", "--json"),
    ("facts", "--record", "recorded"),
    ("cache", "list", "--json"),
    ("setup", "--dry-run", "--json"),
    ("render", "--check"),
    ("all-checks", "--only", "secrets,lock,rendered", "--json"),
    ("all-checks", "--only", "secrets"),
    ("optimize", "--dry-run", "--", "python", "train.py", "--token", "{argument}"),
    ("profile", "--json", "--html", "profile.html", "train.py", "--token", "{argument}"),
)


def test_no_secret_is_shown_or_kept_by_anything(ground: Ground) -> None:
    for words in QUICK:
        ground.run(*(word.format(**ground.secrets) for word in words))
    ground.said = {words.replace(ground.secrets["argument"], "..."): text for words, text in ground.said.items()}
    ground.run("explain", "--json", given=TRACEBACK.format(**ground.secrets))
    ground.run("explain", given=TRACEBACK.format(**ground.secrets))
    answer = ground.said["all-checks --only secrets,lock,rendered --json"]
    kinds = ("github", "hugging-face", "openai", "wandb", "kaggle", "nvidia", "password")
    assert not [kind for kind in kinds if f'"secrets.{kind}"' not in answer]
    found = sorted(ground.shown())
    assert not found, "\n".join(found)
