"""Probes run in interpreters that are not ours, as old as Python 3.8."""

from __future__ import annotations

import ast
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shape.source import PROBES

LOAD = """
import importlib.util, sys
for number, path in enumerate(sys.argv[1:]):
    spec = importlib.util.spec_from_file_location("probe%d" % number, path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
"""


def python_3_8() -> str | None:
    """A real CPython 3.8: of pyenv, or on PATH, where a shim of pyenv is none."""
    root = Path(os.environ.get("PYENV_ROOT") or Path(pwd.getpwuid(os.getuid()).pw_dir) / ".pyenv")
    found = [str(path) for path in sorted(root.glob("versions/3.8.*/bin/python3.8"))]
    program = shutil.which("python3.8")
    return next(iter(found), None) or (program if program and "shims" not in program else None)


def load_all(python: str) -> tuple[int, str]:
    """Load every probe file by itself, with the standard library alone: the exit status, and what was printed."""
    words = [python, "-I", "-S", "-c", LOAD, *(str(module.path) for module in PROBES)]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def test_probe_files_have_the_syntax_of_python_3_8() -> None:
    trees = [ast.parse(module.text, feature_version=(3, 8)) for module in PROBES]
    assert len(trees) > 10


def test_probe_files_delay_their_annotations() -> None:
    """`dict[str, int]` in an annotation fails in Python 3.8 where it is not delayed."""
    wanted = "from __future__ import annotations"
    assert not [module.name for module in PROBES if wanted not in module.text and list(module.functions())]


def test_probe_files_load_alone_with_the_standard_library() -> None:
    assert load_all(sys.executable) == (0, "")


def test_probe_files_load_in_a_real_python_3_8() -> None:
    python = python_3_8()
    if python is None:
        pytest.skip("there is no CPython 3.8 here")
    assert load_all(python) == (0, "")
