"""A team's mirror folder: served by a plain web server, it sets up for two users; and a cache of models that is read-only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from real import _shop
from real._carried import bundle_of, elsewhere
from real._sandbox import REPOSITORY, START, uv
from real.test_bundle import clone_of

USERS = (23001, 23002)
READS_ALL = ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]  # the interpreter may be in root's home
READ_ONLY = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
MOUNTED = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
MAY_MOUNT = shutil.which("unshare") is not None and not subprocess.run([*READ_ONLY, "true"], capture_output=True).returncode
CONFIG = {"model_type": "bert", "vocab_size": 20, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
MODEL = """
from transformers import AutoConfig, AutoModel
print(AutoModel.from_config(AutoConfig.from_pretrained("org/tiny")).config.hidden_size)
"""


@pytest.fixture
def served(exported: _shop.Shop) -> Iterator[str]:
    """The address of the index in the mirror folder that an export has left, served by Python's own web server."""
    folder = exported.root / ".torch-starter" / "mirror"
    argv: list[str | Path] = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(folder)]
    server = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    line = server.stdout.readline()
    yield f"http://127.0.0.1:{line.split('port ')[1].split()[0]}/simple"
    server.terminate()
    server.wait(10)
    server.stdout.close()


def set_up(shop: _shop.Shop, as_user: list[str], **more: str) -> tuple[int, str]:
    """Exit code and answer of `setup`."""
    argv = [*as_user, sys.executable, "-I", "-c", START.format(source=str(REPOSITORY / "tool" / "src")), "setup", "--json"]
    variables = {**shop.variables, "TORCH_STARTER_ROOT": str(shop.root), "TORCH_STARTER_PLATFORM": "tests", **more}
    done = subprocess.run(argv, cwd=shop.root, env=variables, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_a_served_mirror_is_all_that_a_set_up_needs(exported: _shop.Shop, away: _shop.Shop, served: str) -> None:
    code, told = set_up(away, [], TORCH_STARTER_INSTALL_MIRROR=served)
    assert code == 0, told
    assert away.installed == {"alpha": "1.0", "beta": "1.0"}


@pytest.mark.parametrize("named", ["served", "folder", "exported"])
def test_the_door_takes_the_tools_own_packages_from_the_mirror(
    exported: _shop.Shop, away: _shop.Shop, served: str, named: str
) -> None:
    """They are packed anew by the tests, and so no other index has what their lock names."""
    python = Path(sys.base_prefix) / "bin" / "python3.12"
    variables = clone_of(away, ("python3.12", python), ("uv", uv()))
    if named == "folder":
        shutil.copytree(exported.root / ".torch-starter" / "mirror", away.root / "team a")
    spec = away.root / "torch-starter.toml"
    mirror = {"served": served, "folder": "team a", "exported": "none"}[named]
    spec.write_text(spec.read_text().replace("[install]\n", f'[install]\nmirror = "{mirror}"  # of the "team"\n'))
    more = {"UV_DEFAULT_INDEX": served} if named == "exported" else {}
    argv = ["./dev.sh", "--version"]
    done = subprocess.run(argv, cwd=away.root, env={**variables, **more}, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout[:13]) == (0, "torch-starter"), done.stderr


@pytest.fixture
def common() -> Iterator[Path]:
    """A folder that all users may enter: those of the tests are their user's alone."""
    with tempfile.TemporaryDirectory(prefix="torch-starter-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become two other users")
def test_two_users_set_up_from_one_mirror(exported: _shop.Shop, common: Path, served: str) -> None:
    for user in USERS:
        shop = elsewhere(exported, common / str(user))
        shop.config = common / f"{user}.toml"
        shop.go_to(shop.shelf)
        shop.variables["UV_CONFIG_FILE"] = str(shop.config)
        subprocess.run(["chown", "-R", f"{user}:{user}", common / str(user)], check=True)
        as_user = ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups", *READS_ALL]
        code, told = set_up(shop, as_user, TORCH_STARTER_INSTALL_MIRROR=served)
        assert code == 0, told
        assert shop.installed == {"alpha": "1.0", "beta": "1.0"}
        assert shop.venv.lstat().st_uid == user


def test_a_folder_is_a_mirror_too(exported: _shop.Shop, away: _shop.Shop, tmp_path: Path) -> None:
    report = away.json("cache", "import", str(bundle_of(exported)), "--to", str(tmp_path / "a team's mirror"))
    assert (report["exit_code"], away.venv.exists()) == (0, False)
    code, told = set_up(away, [], TORCH_STARTER_INSTALL_MIRROR=str(tmp_path / "a team's mirror"), UV_OFFLINE="1")
    assert code == 0, told


def test_a_mirror_that_is_not_there_is_told(away: _shop.Shop) -> None:
    code, told = set_up(away, [], TORCH_STARTER_INSTALL_MIRROR="/not/there")
    assert (code, json.loads(told.partition("\n}\n")[0] + "\n}")["problem"]["code"]) == (2, "mirror.missing")
    code, told = set_up(away, [], TORCH_STARTER_INSTALL_MIRROR="http://127.0.0.1:9/simple", UV_HTTP_RETRIES="0")
    assert (code, json.loads(told.partition("\n}\n")[0] + "\n}")["problem"]["code"]) == (5, "network.unreachable")


@pytest.mark.skipif(not MAY_MOUNT, reason="this user may not make a mount namespace")
def test_a_read_only_cache_of_models_is_enough_to_load_one(current: Path, tmp_path: Path) -> None:
    python, shared, home = current / ".venv" / "bin" / "python", tmp_path / "shared", tmp_path / "second"
    home.mkdir()
    snapshot = shared / "hub" / "models--org--tiny" / "snapshots" / ("a" * 40)
    for path, text in ((snapshot / "config.json", json.dumps(CONFIG)), (snapshot.parents[1] / "refs" / "main", "a" * 40)):
        path.parent.mkdir(parents=True)
        path.write_text(text)
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "HF_HOME": str(shared), "HF_HUB_OFFLINE": "1"}
    argv: list[str | Path] = [*READ_ONLY, MOUNTED, "sh", shared, python, "-c", MODEL]
    done = subprocess.run(argv, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "8"), done.stderr
