"""What JupyterLab and the kernel are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from torch_starter.core.problems import WrongUsage
from torch_starter.notebooks import kernel, words


@pytest.mark.parametrize("word", ["--debug", "--ServerApp.root_dir=notebooks", "--LabApp.news_url=", "--collaborative", "-y"])
def test_options_of_jupyterlab_are_handed_on(word: str) -> None:
    assert words.checked([word]) == [word]


@pytest.mark.parametrize(
    "word",
    [
        "--ServerApp.token=",
        "--IdentityProvider.token=''",
        "--NotebookApp.password=x",
        "--PasswordIdentityProvider.hashed_password=",
        "--ServerApp.allow_origin=*",
        "--ServerApp.allow-origin-pat=.*",
        "--ServerApp.disable_check_xsrf=True",
        "--ServerApp.allow_remote_access=True",
        "--ServerApp.login_handler_class=x",
        "--sock=/a",
        "--ip=0.0.0.0",
        "--ServerApp.ip=0.0.0.0",
        "--port=1",
        "--certfile=x",
        "notes.ipynb",
        "build",
    ],
)
def test_what_would_let_others_in_is_not(word: str) -> None:
    with pytest.raises(WrongUsage):
        words.checked(["--debug", word])


def test_a_certificate_is_told_only_where_there_is_one() -> None:
    bare = words.held("127.0.0.1", 0, None, None, remote=False, root=False)
    assert not {"ServerApp.certfile", "ServerApp.keyfile", "ServerApp.allow_root"} & bare.keys()
    full = words.held("192.0.2.7", 1, Path("c"), None, remote=True, root=True)
    assert (full["ServerApp.certfile"], full["ServerApp.keyfile"], full["ServerApp.allow_remote_access"]) == ("c", "", "True")


def test_the_kernel_is_what_notebooks_name_everywhere_and_begins_with_the_settings(tmp_path: Path) -> None:
    told = json.loads(kernel.spec(Path("/env/bin/python"), tmp_path, "mine", '{"metadata": {"debugger": true}}'))
    assert (kernel.NAME, told["display_name"], told["argv"][0]) == ("python3", "mine", "/env/bin/python")
    assert told["metadata"] == {"debugger": True}
    assert told["argv"][-1] == f"--config={tmp_path / kernel.SETTINGS}"


@pytest.mark.parametrize("own", [None, "", "no JSON", "[]", "{}", '{"metadata": 1}'])
def test_an_environment_that_says_nothing_of_its_kernel_has_one_all_the_same(own: str | None) -> None:
    assert kernel.metadata(own) == {}


def test_the_settings_of_the_kernel_are_python_whatever_the_folder_is_called() -> None:
    text = kernel.settings(Path("/a 'folder' with \\ and \"quotes\""))
    compile(text, "kernel.py", "exec")
    assert "%autoreload 2" in text
