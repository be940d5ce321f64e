"""What the real tests share."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from real._carried import away as away
from real._carried import exported as exported
from real._extras import extras as extras
from real._extras import with_extras as with_extras
from real._place import place as place
from real._sandbox import REPOSITORY, Sandbox
from real._watched import bench as bench

REAL_CACHE = str(Path.home() / ".cache" / "uv")  # read before tests get a home of their own: gigabytes are in it


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """A small project with one package, not set up yet."""
    made = Sandbox(tmp_path)
    made.package("alpha")
    made.want("alpha")
    return made


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A small project that was set up once; `ready` gives copies of it."""
    made = Sandbox(tmp_path_factory.mktemp("template"))
    made.package("alpha")
    made.want("alpha")
    code, out, err = made.run("setup")
    assert code == 0, out + err
    return made


@pytest.fixture
def ready(template: Sandbox, tmp_path: Path) -> Sandbox:
    """A small project with one package, set up."""
    return template.copy(tmp_path / "copy")


@pytest.fixture(scope="session")
def current() -> Path:
    """This repository, with its environment set up from its lock and proven."""
    variables = {**os.environ, "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", REAL_CACHE)}
    argv = [str(REPOSITORY / "dev.sh"), "setup"]
    done = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return REPOSITORY
