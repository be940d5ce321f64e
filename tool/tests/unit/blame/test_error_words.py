"""What errors say of packages, in the words of real ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.blame.error_words import (
    Demand,
    Lack,
    alike,
    compiled_for_another_numpy,
    demands,
    error_line,
    lack,
    one_line,
    symbols,
    unfit,
)

NUMBA = "numba 0.58.1 requires numpy<1.27,>=1.22, but you have numpy 2.1.0 which is incompatible."
TOKENIZERS = "ImportError: tokenizers>=0.21,<0.22 is required for a normal functioning of this module, but found tokenizers=={}."
PANDAS = "ImportError: Pandas requires version '2.8.4' or newer of 'numexpr' (version '2.7.0' currently installed)."
SCIPY = "A NumPy version >=1.22.4 and <2.3.0 is required for this version of SciPy (detected version 2.4.0)"
ACCELERATE = "ImportError: Using the `Trainer` with `PyTorch` requires `accelerate>=0.26.0`: Please run `pip install`"


@pytest.mark.parametrize(
    ("words", "demand"),
    [
        ("ImportError: pyarrow requires NumPy 2.0 or newer, found 1.26.4", Demand("pyarrow", "NumPy", "old")),
        (TOKENIZERS.format("0.20.1"), Demand("", "tokenizers", "old")),
        (TOKENIZERS.format("0.22.0"), Demand("", "tokenizers", "new")),
        (NUMBA, Demand("numba", "numpy", "new")),
        (NUMBA.replace("2.1.0", "1.21.0"), Demand("numba", "numpy", "old")),
        ("ImportError: Numba needs NumPy 2.0 or less. Got NumPy 2.1.", Demand("Numba", "NumPy", "new")),
        (PANDAS, Demand("Pandas", "numexpr", "old")),
        (SCIPY, Demand("SciPy", "NumPy", "new")),
        (ACCELERATE, Demand("", "accelerate", "old")),
        ("x requires y<3, found 3.1", Demand("x", "y", "new")),
        ("RuntimeError: numpy version must be less than 2", Demand("", "numpy", "new")),
        ("x requires at least torch 2.4", Demand("x", "torch", "old")),
        ("accelerate 1.0 or newer is required", Demand("", "accelerate", "old")),
        ("transformers needs tokenizers>=0.21, found 0.20.3", Demand("transformers", "tokenizers", "old")),
        ("x requires y==2.0, found 1.9", Demand("x", "y", "old")),
        ("x requires y==2.*, found 3.0", Demand("x", "y", "new")),
        ("x requires y!=2.0, found 2.0", Demand("x", "y", "either")),
        ("x requires y>=1,<3", Demand("x", "y", "either")),
        ("torchaudio 2.11.0 requires torch==2.11.0", Demand("torchaudio", "torch", "either")),
        ("x requires y~=2", Demand("x", "y", "either")),
        ("x requires y>=2.0, found 2.1", None),
        ("x requires y>=2.0, found 2.1rc1", None),
        ("this code requires care, and 2 people", None),
    ],
)
def test_the_version_that_is_asked_for(words: str, demand: Demand | None) -> None:
    assert list(demands(words)) == ([demand] if demand else [])


CUDA = (
    "RuntimeError: Detected that PyTorch and TorchAudio were compiled with different CUDA versions. PyTorch has CUDA version 13.2"
    " whereas TorchAudio has CUDA version 13.0. Please install the TorchAudio version that matches your PyTorch version."
)
OPERATORS = "Couldn't load custom C++ ops. This can happen if your PyTorch and torchvision versions are incompatible, or if"


@pytest.mark.parametrize(
    ("words", "names"), [(CUDA, ["PyTorch", "TorchAudio"]), (OPERATORS, ["PyTorch", "torchvision"]), ("x", [])]
)
def test_two_that_do_not_fit(words: str, names: list[str]) -> None:
    assert list(unfit(words)) == names


@pytest.mark.parametrize(
    "words",
    [
        "A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.2.6 as it may crash.",
        "ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88",
        "ImportError: numpy.core.multiarray failed to import",
        "RuntimeError: module compiled against ABI version 0x1000009 but this version of numpy is 0x2000000",
    ],
)
def test_what_was_compiled_for_another_numpy(words: str) -> None:
    assert compiled_for_another_numpy(words.replace("\n", " "))
    assert not compiled_for_another_numpy(words[:20])


@pytest.mark.parametrize(
    ("words", "lacked"),
    [
        ("ImportError: cannot import name 'Nothing' from 'accelerate' (/x/__init__.py)", Lack("import", "accelerate")),
        ("AttributeError: module 'numpy' has no attribute 'bool8x'. Did you mean: 'bool_'?", Lack("attribute", "numpy")),
        ("ModuleNotFoundError: No module named 'accelerate.nothing'", Lack("module", "accelerate.nothing")),
        (
            "TypeError: Accelerator.unwrap_model() got an unexpected keyword argument 'k'",
            Lack("call", "Accelerator.unwrap_model"),
        ),
        ("TypeError: f() missing 2 required positional arguments: 'a' and 'b'", Lack("call", "f")),
        ("TypeError: A.f() takes from 1 to 2 positional arguments but 3 were given", Lack("call", "A.f")),
        ("AttributeError: partially initialized module 'random' has no attribute 'Random'", None),
        ("ModuleNotFoundError: No module named 'queue.x'; 'queue' is not a package", None),
        ("ModuleNotFoundError: No module named 'accelerate'", None),
        ("No module named 'a.b'\nmodule 'torch' has no attribute 'c'", Lack("attribute", "torch")),
    ],
)
def test_what_is_not_there(words: str, lacked: Lack | None) -> None:
    assert lack(words) == lacked


def test_the_library_that_asks_for_a_symbol() -> None:
    path = "/x/lib/python3.12/site-packages/torchaudio/lib/libtorchaudio.so"
    assert list(symbols(f"OSError: {path}: undefined symbol: _ZN3c104cuda")) == [(path, "_ZN3c104cuda")]
    assert list(symbols("OSError: libtorchaudio.so: undefined symbol")) == []


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        ("Accelerator", "accelerate", True),
        ("Dataset", "datasets", True),
        ("Flax", "flax", True),
        ("Trainer", "transformers", False),
        ("Optimizer", "optimum", False),
        ("Tens", "tensorboard", False),
        ("", "", False),
    ],
)
def test_a_class_that_is_named_as_its_package(one: str, other: str, are: bool) -> None:
    assert alike(one, other) is are


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("OSError: /home/me/v/lib/python3.12/site-packages/x/y.so: no", "OSError: x/y.so: no"),
        ("OSError: '/home/some one/data/file.txt' is gone", "OSError: 'file.txt' is gone"),
        ("No space left on device: '/dev/shm/a' and/or 1/2", "No space left on device: '/dev/shm/a' and/or 1/2"),
        ("see ~/me/notes.txt or https://somebody:secret@host/x now", "see notes.txt or … now"),
        ("pyarrow requires NumPy 2.0 or newer, found 1.26.4", "pyarrow requires NumPy 2.0 or newer, found 1.26.4"),
        ("RuntimeError: it was\n  compiled. Please install another.", "RuntimeError: it was compiled."),
        (
            "torchaudio 2.11.0 (import: Error: it was compiled. Please do not)",
            "torchaudio 2.11.0 (import: Error: it was compiled.)",
        ),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_a_line_can_be_kept(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("starting\nImportError: x\nand more", "ImportError: x"),
        ("numpy.linalg.LinAlgError: Singular", "numpy.linalg.LinAlgError: Singular"),
        ("Fatal Python error: Aborted", "Fatal Python error: Aborted"),
        ("Timeout (0:00:01)!", "Timeout (0:00:01)!"),
        ("ImportError while importing test module 'test_it.py'.\nTypeError: x", "TypeError: x"),
        ("all is well", ""),
    ],
)
def test_the_line_that_says_which_error_it_is(words: str, line: str) -> None:
    assert error_line(words) == line


PIECES = st.lists(
    st.sampled_from([*NUMBA.split(" "), *SCIPY.split(" "), *CUDA.split(" "), "requires", "==", "1.*", "/a/b", "\n"])
)


@given(st.text() | PIECES.map(" ".join))
def test_any_words_can_be_read(words: str) -> None:
    assert {each.wrong for each in demands(words)} <= {"old", "new", "either"}
    assert all(isinstance(each, str) for each in unfit(words))
    assert len(one_line(words)) <= 300
    assert "\n" not in error_line(words)
    lack(words)
    list(symbols(words))
