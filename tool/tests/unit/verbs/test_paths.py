"""Which folders and files are looked at, by the rules of the programs that use them."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.caches._folders import user_name
from torch_starter.core.ask import Ask
from torch_starter.core.files import LocalFiles
from torch_starter.core.project import Project
from torch_starter.testing import NoProgress
from torch_starter.verbs._paths import caches_of_programs, credentials, paths
from unit.machines import local_files

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("variables", "name", "wanted"),
    [
        ({"HOME": "/h"}, "home", "/h/.cache"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/c"}, "extensions", "/c/torch_extensions"),
        ({"HOME": "/h"}, "triton", "/h/.triton/cache"),
        ({"HOME": "/h", "TRITON_HOME": "/t"}, "triton", "/t/.triton/cache"),
        ({"HOME": "/h", "TRITON_CACHE_DIR": "/t"}, "triton", "/t"),
        ({"USER": "me"}, "inductor", "/tmp/torchinductor_me"),
        ({"USER": "a\\b:c", "TMPDIR": "/t"}, "inductor", "/t/torchinductor_a_b_c"),
        ({"TORCHINDUCTOR_CACHE_DIR": "/i"}, "inductor", "/i"),
        ({"HOME": "/h"}, "matplotlib-config", "/h/.config/matplotlib"),
        ({"MPLCONFIGDIR": "/m"}, "matplotlib", "/m"),
        ({"HOME": "/h"}, "pip", "/h/.cache/pip"),
        ({}, "home", "/.cache"),
    ],
)
def test_caches_are_where_their_programs_put_them(variables: dict[str, str], name: str, wanted: str) -> None:
    assert str(caches_of_programs(variables)[name]) == wanted


def test_a_user_without_a_name_still_has_a_cache() -> None:
    assert user_name({}) != ""


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        (".netrc", "", True),
        (".kaggle/kaggle.json", "{}", True),
        (".cache/huggingface/token", "x", True),
        (".kaggle/access_token", "x", True),
        (".config/wandb/settings", "[default]\nentity = ada\n", False),
        (".config/wandb/settings", "[default]\napi_key = x\n", True),
        (".npmrc", "fund=false", False),
        (".pypirc", "[pypi]\nusername = me\n", False),
        (".pypirc", "[pypi]\npassword = x\n", True),
        (".docker/config.json", '{"auths": {"example.org": {}}, "credsStore": "x"}', False),
        (".docker/config.json", '{"auths": {"example.org": {"auth": "eA=="}}}', True),
        (".config/pip/pip.conf", "index-url = https://example.org/simple", False),
        (".config/pip/pip.conf", "index-url = https://me:x@example.org/simple", True),
        (".ssh/id_ed25519", KEY, True),
        (".ssh/work", KEY, True),
        (".ssh/id_ed25519.pub", "ssh-ed25519 AAAA", False),
        (".ssh/known_hosts", "example.org ssh-ed25519 AAAA", False),
    ],
)
def test_a_file_counts_where_something_secret_is_in_it(tmp_path: Path, name: str, text: str, wanted: bool) -> None:
    put(tmp_path / "home" / name, text)
    found = list(credentials({"HOME": str(tmp_path / "home")}, LocalFiles(), tmp_path / "project"))
    assert found == ([tmp_path / "home" / name] if wanted else [])


def test_variables_that_move_a_file_are_followed(tmp_path: Path) -> None:
    wanted = [tmp_path / "hf" / "token", tmp_path / "netrc", tmp_path / "kaggle" / "kaggle.json", tmp_path / ".env"]
    for path in wanted:
        put(path, "")
    user = {"HOME": "/none", "HF_HOME": f"{tmp_path}/hf", "NETRC": f"{wanted[1]}", "KAGGLE_CONFIG_DIR": f"{tmp_path}/kaggle"}
    assert list(credentials(user, LocalFiles(), tmp_path)) == wanted


def test_what_the_user_exports_moves_the_caches_of_the_spec(tmp_path: Path) -> None:
    cache = '[caches.hf]\nvariable = "HF_HOME"\nhost = "~/hf"\ncontainer = "/x"\nvolume = "x"\n'
    put(tmp_path / "torch-starter.toml", cache)

    def ask(**variables: str) -> str:
        machine = local_files({"HOME": str(tmp_path), **variables})
        return paths(Ask(Project(tmp_path, "x"), machine, NoProgress(), {}), tmp_path)["cache hf"].path

    assert ask() == f"{tmp_path}/hf"
    assert ask(HF_HOME=f"{tmp_path}/other") == f"{tmp_path}/other"


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
