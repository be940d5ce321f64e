"""Tracebacks, as real interpreters and pytest write them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.blame.tracebacks import Stack, in_order, owner, stacks

MODULES = {
    "torch": "torch",
    "yaml": "pyyaml",
    "six": "six",
    "outer": "outer",
    "inner": "inner",
    "google/protobuf": "protobuf",
    "nvidia/cuda-runtime": "nvidia-cuda-runtime",
}
INNER = "def inner(**given):\n    raise ValueError('it is wrong')\n"
WAIT = "import threading\ndef wait():\n    threading.Event().wait(60)\n"
OUTER = "import inner\ndef plain():\n    inner.inner()\n"


def run(folder: Path, code: str, *words: str, **packages: str) -> str:
    """What a real interpreter writes for code that uses small packages, and fails."""
    site = folder / "lib" / "python3.12" / "site-packages"
    for name, text in packages.items():
        (site / name).mkdir(parents=True)
        (site / name / "__init__.py").write_text(text)
    variables = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run([sys.executable, *words, "-c", code], env=variables, cwd=folder, capture_output=True, text=True)
    assert done.returncode != 0
    return done.stdout + done.stderr


def first(text: str, expected: str = "nothing") -> Stack:
    return next(in_order(stacks(text), lambda words: expected in words))


def packages(stack: Stack) -> list[str]:
    return [name for frame in stack.frames if (name := owner(frame.file, MODULES))]


def test_the_frames_of_an_error_are_told_from_the_raise_on(tmp_path: Path) -> None:
    stack = first(run(tmp_path, "import outer; outer.plain()", inner=INNER, outer=OUTER))
    assert packages(stack) == ["inner", "outer"]
    assert [frame.function for frame in stack.frames] == ["inner", "plain", "<module>"]
    assert stack.frames[1].source == "inner.inner()"
    assert stack.words == "ValueError: it is wrong"


def test_a_cause_is_where_it_began(tmp_path: Path) -> None:
    outer = "import inner\ntry:\n    inner.inner()\nexcept ValueError as error:\n    raise RuntimeError('look up') from error\n"
    told = stacks(run(tmp_path, "import outer", inner=INNER, outer=outer))
    assert [(stack.link, stack.words) for stack in told] == [("cause", "ValueError: it is wrong"), ("", "RuntimeError: look up")]
    assert packages(first(run(tmp_path / "again", "import outer", inner=INNER, outer=outer)))[0] == "inner"


def test_an_error_that_was_expected_is_not_where_it_began(tmp_path: Path) -> None:
    outer = "try:\n    import fast\nexcept ImportError:\n    import inner\n    inner.inner()\n"
    text = run(tmp_path, "import outer", inner=INNER, outer=outer)
    assert first(text).words == "ModuleNotFoundError: No module named 'fast'"
    assert first(text, "No module named").words == "ValueError: it is wrong"


def test_a_group_of_errors_is_read_without_its_lines(tmp_path: Path) -> None:
    code = (
        "import inner\ntry:\n    inner.inner()\nexcept ValueError as error:\n    one = error\nraise ExceptionGroup('some', [one])"
    )
    told = stacks(run(tmp_path, code, inner=INNER))
    assert ["inner"] in [packages(stack) for stack in told if stack.words.startswith("ValueError: it is wrong")]


def test_colours_and_the_ends_of_long_lines_are_left_out() -> None:
    (stack,) = stacks("\x1b[1m\x1b[31mE   ValueError: no\x1b[0m\n" + "x" * 5000)
    assert stack.words == "ValueError: no\n" + "x" * 1000


def test_a_crash_is_in_the_current_thread(tmp_path: Path) -> None:
    code = "import inner, outer, threading\nthreading.Thread(target=inner.wait, daemon=True).start()\nouter.end()"
    modules = {"inner": WAIT, "outer": "import os\ndef end():\n    os.abort()\n"}
    stack = first(run(tmp_path, code, "-X", "faulthandler", **modules))
    assert (stack.dump, packages(stack)) == ("current", ["outer"])


def test_a_hang_is_in_the_main_thread(tmp_path: Path) -> None:
    """It is the last that faulthandler tells of."""
    modules = {
        "inner": WAIT,
        "outer": "import inner\ndef wait():\n    inner.wait()\n",
    }
    code = (
        "import faulthandler, inner, outer, threading\nthreading.Thread(target=inner.wait, daemon=True).start()\n"
        "faulthandler.dump_traceback_later(0.3, exit=True)\nouter.wait()"
    )
    stack = first(run(tmp_path, code, **modules))
    assert (stack.dump, packages(stack)) == ("thread", ["inner", "outer"])


@pytest.mark.parametrize("style", ["long", "short", "native"])
def test_what_pytest_writes_is_read_in_each_style(tmp_path: Path, style: str) -> None:
    (tmp_path / "test_it.py").write_text(
        "import outer\ndef test_it():\n    outer.plain()\ndef test_again():\n    assert outer is None\n"
    )
    code = f"import pytest, sys; sys.exit(pytest.main(['--tb={style}', '-p', 'no:cacheprovider', '.']))"
    told = [stack for stack in stacks(run(tmp_path, code, inner=INNER, outer=OUTER)) if stack.frames]
    stack = told[0]
    assert [packages(each) for each in told] == [["inner", "outer"], []]
    assert "ValueError: it is wrong" in stack.words
    assert stack.frames[0].source == "raise ValueError('it is wrong')"


WORKER = """Traceback (most recent call last):
  File "/x/lib/python3.12/site-packages/torch/_utils.py", line 803, in reraise
    raise exception
ValueError: Caught ValueError in DataLoader worker process 0.
Original Traceback (most recent call last):
  File "/x/lib/python3.12/site-packages/inner/__init__.py", line 2, in inner
    raise ValueError('it is wrong')
ValueError: it is wrong
"""


def test_what_a_worker_told_is_the_cause_of_what_was_raised_again() -> None:
    assert packages(first(WORKER)) == ["inner"]
    assert stacks(WORKER)[0].link == "cause"


def test_a_call_that_hands_on_what_it_was_given_is_known() -> None:
    text = '  File "/x/site-packages/torch/a.py", line 1, in f\n    return func(*args, **kwargs)\n           ^^^^\nTypeError: no'
    assert first(text).frames[0].forwards
    assert not first(text.replace("*args, ", "")).frames[0].forwards


@pytest.mark.parametrize(
    ("path", "package"),
    [
        ("/x/lib/python3.12/site-packages/torch/nn/modules.py", "torch"),
        ("/usr/lib/python3/dist-packages/yaml/__init__.py", "pyyaml"),
        ("/x/lib/python3.12/site-packages/six.py", "six"),
        ("/x/lib/python3.12/site-packages/torch.libs/libgomp.so.1", "torch"),
        ("/x/lib/python3.12/site-packages/google/protobuf/message.py", "protobuf"),
        ("/x/lib/python3.12/site-packages/nvidia/cuda_runtime/lib/libcudart.so", "nvidia-cuda-runtime"),
        ("/x/lib/python3.12/site-packages/nvidia/other/lib.so", ""),
        ("C:\\x\\Lib\\site-packages\\torch\\nn.py", "torch"),
        ("torch/lib.pyx", "torch"),
        ("/home/me/torch/train.py", ""),
        ("torch/train.py", ""),
        ("/x/lib/python3.12/json/decoder.py", ""),
        ("<frozen importlib._bootstrap>", ""),
    ],
)
def test_the_package_of_a_file(path: str, package: str) -> None:
    assert owner(path, MODULES) == package


def test_a_folder_with_the_name_of_an_installed_package_is_its_own() -> None:
    assert owner("/x/site-packages/Py_YAML/a.py", {"yaml": "py-yaml"}) == "py-yaml"


@given(
    st.text() | st.lists(st.sampled_from([*WORKER.splitlines(), "_____ t _____", "E  x", ">  y", "a.py:3: in f"])).map("\n".join)
)
def test_any_text_can_be_read(text: str) -> None:
    told = stacks(text)
    assert len(list(in_order(told, bool))) in (len(told), len(told) + 1)
