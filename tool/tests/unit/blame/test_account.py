"""What the text of a failure tells of packages."""

from __future__ import annotations

import pytest

from torch_starter.blame.account import Account
from unit.blame.failing import CAUSE, CONTEXT, NUMPY, SITE, blamed, frames, strengths

TOKENIZERS = (
    frames(f"{SITE}/transformers/utils/versions.py")
    + "ImportError: tokenizers>=0.21,<0.22 is required for a normal functioning of this module, but found tokenizers=={}.\n"
)


def test_what_is_too_new_is_at_fault_itself() -> None:
    failure = blamed(TOKENIZERS.format("0.22.0"))
    assert strengths(failure) == {"tokenizers": "said", "transformers": "raised", "numpy": "needed"}
    assert failure.spared == ()


def test_where_the_error_does_not_name_who_asks_it_is_the_one_that_raised() -> None:
    failure = blamed(TOKENIZERS.format("0.20.1"))
    assert (strengths(failure), failure.spared) == ({"transformers": "said", "numpy": "needed"}, ("tokenizers",))


def test_what_is_too_old_for_one_and_too_new_for_another_is_not_spared() -> None:
    text = frames(f"{SITE}/torch/a.py") + "ImportError: pyarrow requires NumPy 2.0 or newer. {}\n"
    assert blamed(text.format("It is not there")).spared == ("numpy",)
    failure = blamed(text.format("datasets requires numpy<2, found 2.1"))
    assert (strengths(failure), failure.spared) == ({"pyarrow": "said", "numpy": "said", "torch": "raised"}, ())


def test_a_package_that_asks_for_one_that_is_not_there_is_at_fault() -> None:
    text = frames(f"{SITE}/torch/a.py") + "ImportError: datasets requires polars>=1.0"
    assert strengths(blamed(text))["datasets"] == "said"
    assert "said" not in strengths(blamed(text.replace("datasets requires", "It requires"))).values()


def test_what_was_compiled_for_another_numpy_is_at_fault_or_numpy_is() -> None:
    assert strengths(blamed(NUMPY)) == {"pyarrow": "said", "numpy": "said"}


def test_who_asks_a_newer_one_of_itself_is_not_spared() -> None:
    assert blamed(TOKENIZERS.format("0.20.1").replace("/transformers/", "/tokenizers/")).spared == ()


def test_of_what_was_printed_beside_an_error_the_words_alone_count() -> None:
    failure = blamed(frames(f"{SITE}/torch/a.py") + "RuntimeError: Numpy is not available", printed=NUMPY)
    assert strengths(failure) == {"pyarrow": "said", "numpy": "said", "torch": "raised"}
    warned = frames(f"{SITE}/datasets/a.py") + "UserWarning: it is slow\n"
    assert strengths(blamed(frames(f"{SITE}/torch/a.py") + "RuntimeError: no", printed=warned)) == {"torch": "raised"}
    lacked = frames(f"{SITE}/datasets/a.py") + "AttributeError: module 'numpy' has no attribute 'n'\n"
    assert blamed(frames(f"{SITE}/torch/a.py") + "RuntimeError: no", printed=lacked).lacking is None


@pytest.mark.parametrize("path", [f"{SITE}/torchaudio/lib/libtorchaudio.so", "libtorchaudio.so"])
def test_a_library_that_asks_for_a_symbol_is_at_fault(path: str) -> None:
    text = frames(f"{SITE}/torch/_ops.py") + f"OSError: {path}: undefined symbol: _ZN3c104cuda9SetDeviceEab\n"
    failure = blamed(text)
    assert [(each.package, each.strength) for each in failure.suspects][:2] == [("torchaudio", "said"), ("torch", "raised")]
    assert "/home" not in failure.line


def test_the_package_of_the_raise_comes_before_those_that_it_came_through() -> None:
    text = (
        frames("/home/me/train.py", f"{SITE}/datasets/a.py", f"{SITE}/accelerate/b.py", f"{SITE}/torch/c.py") + "ValueError: no\n"
    )
    failure = blamed(text, ("transformers",))
    assert [(each.package, each.strength) for each in failure.suspects] == [
        ("torch", "raised"),
        ("accelerate", "concerned"),
        ("datasets", "concerned"),
        ("transformers", "concerned"),
        ("numpy", "needed"),
        ("tokenizers", "needed"),
    ]


def test_a_chain_began_where_its_first_error_was_raised() -> None:
    first = frames(f"{SITE}/accelerate/a.py") + "ValueError: no\n"
    failure = blamed(first + CAUSE + frames(f"{SITE}/transformers/b.py") + "RuntimeError: Failed to import\n")
    assert list(strengths(failure).items())[:2] == [("accelerate", "raised"), ("transformers", "concerned")]


def test_an_optional_package_that_is_the_cause_is_where_it_began() -> None:
    first = frames(f"{SITE}/accelerate/a.py") + "ModuleNotFoundError: No module named 'cupy'\n"
    assert strengths(blamed(first + CAUSE + frames(f"{SITE}/torch/b.py") + "ValueError: no\n"))["accelerate"] == "raised"


def test_what_is_asked_for_is_not_the_optional_package() -> None:
    first = frames(f"{SITE}/accelerate/a.py") + "ModuleNotFoundError: No module named 'cupy.core'\n"
    then = frames(f"{SITE}/torch/b.py") + "ImportError: cannot import name 'n' from 'numpy' (/x/y.py)\n"
    assert blamed(first + CONTEXT + then).lacking == ("torch", "numpy")


@pytest.mark.parametrize(("module", "at_fault"), [("cupy", "torch"), ("numpy.gone", "accelerate")])
def test_an_optional_package_that_is_not_there_is_no_reason(module: str, at_fault: str) -> None:
    first = frames(f"{SITE}/accelerate/a.py") + f"ModuleNotFoundError: No module named '{module}'\n"
    failure = blamed(first + CONTEXT + frames(f"{SITE}/torch/b.py") + "ValueError: no\n")
    assert strengths(failure)[at_fault] == "raised"
    assert failure.lacking == (("accelerate", "numpy") if at_fault == "accelerate" else None)


@pytest.mark.parametrize(
    ("error", "lacking"),
    [
        ("ImportError: cannot import name 'n' from 'accelerate.utils' (/x/y.py)", ("datasets", "accelerate")),
        ("ImportError: cannot import name 'n' from 'datasets.utils' (/x/y.py)", None),
        ("ImportError: cannot import name 'n' from 'nobody' (/x/y.py)", None),
        ("AttributeError: module 'numpy' has no attribute 'bool8'", ("datasets", "numpy")),
        ("ModuleNotFoundError: No module named 'torch.gone'", ("datasets", "torch")),
        ("ModuleNotFoundError: No module named 'nobody.gone'", None),
        ("TypeError: numpy.array() got an unexpected keyword argument 'k'", ("datasets", "numpy")),
        ("TypeError: Tokenizer.f() missing 1 required positional argument: 'a'", ("datasets", "tokenizers")),
        ("TypeError: Dataset.f() missing 1 required positional argument: 'a'", None),
        ("TypeError: Thing.f() got an unexpected keyword argument 'k'", None),
        ("TypeError: f() got an unexpected keyword argument 'k'", None),
    ],
)
def test_who_lacks_what_another_asks_for(error: str, lacking: tuple[str, str] | None) -> None:
    failure = blamed(frames(f"{SITE}/datasets/a.py") + f"{error}\n")
    assert failure.lacking == lacking
    assert set(lacking or ()) <= strengths(failure).keys()


def test_of_two_that_a_check_is_about_the_one_lacks_what_the_other_asks_for() -> None:
    text = frames(f"{SITE}/datasets/a.py") + "TypeError: f() got an unexpected keyword argument 'k'\n"
    assert blamed(text, ("datasets", "torch")).lacking == ("datasets", "torch")
    assert blamed(text, ("datasets", "torch", "numpy")).lacking is None
    assert blamed(text, ("numpy", "torch")).lacking is None
    assert blamed(text, ("torch",)).lacking is None


def test_a_class_that_might_be_of_several_packages_is_of_none() -> None:
    text = frames(f"{SITE}/torch/a.py") + "TypeError: Accelerator.f() got an unexpected keyword argument 'k'\n"
    both = {"torch": "torch", "accelerate": "accelerate", "accelerator": "accelerators"}
    assert Account(text, both).lacking is None
    assert Account(text, both, about=("accelerate",)).lacking == ("torch", "accelerate")


def test_a_class_that_begins_like_a_package_for_a_few_letters_alone_tells_nothing() -> None:
    text = frames(f"{SITE}/torch/a.py") + "TypeError: Dataset.f() got an unexpected keyword argument 'k'\n"
    assert blamed(text).lacking is None
    assert blamed(text, ("datasets",)).lacking == ("torch", "datasets")


def test_who_hands_on_or_looks_up_does_not_ask() -> None:
    calling = frames(f"{SITE}/transformers/a.py") + frames(f"{SITE}/torch/b.py", source="return func(*args, **kwargs)")[35:]
    failure = blamed(calling + "TypeError: Accelerator.f() got an unexpected keyword argument 'k'\n")
    assert failure.lacking == ("transformers", "accelerate")
    assert strengths(failure)["transformers"] == "raised"
    importing = frames(f"{SITE}/datasets/a.py", "/usr/lib/python3.12/importlib/__init__.py")
    assert blamed(importing + "ModuleNotFoundError: No module named 'torch.gone'\n").lacking == ("datasets", "torch")
    looking = frames(f"{SITE}/datasets/a.py") + frames(f"{SITE}/numpy/__init__.py", function="__getattr__")[35:]
    assert blamed(looking + "AttributeError: module 'numpy' has no attribute 'bool8'\n").lacking == ("datasets", "numpy")


def test_what_our_own_code_does_not_find_is_of_who_does_not_have_it() -> None:
    text = frames(f"{SITE}/datasets/a.py", "/home/me/train.py") + "ImportError: cannot import name 'n' from 'torch' (/x/y.py)\n"
    failure = blamed(text)
    assert (strengths(failure)["torch"], failure.lacking) == ("said", None)


def test_an_error_without_its_frames_does_not_tell_who_asked() -> None:
    failure = blamed("TypeError: Accelerator.f() got an unexpected keyword argument 'k'\n", ("transformers", "accelerate"))
    assert (strengths(failure)["accelerate"], failure.lacking) == ("concerned", None)
