"""Who is blamed for a failure: the texts are those of real ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.blame.blame import blame, blame_text, module_owners
from torch_starter.core.evidence import Distribution, Evidence
from torch_starter.core.probing import Answer, Outcome
from torch_starter.core.report import Finding
from torch_starter.core.trial import Failure
from torch_starter.testing import evidence
from unit.blame.failing import (
    ARROW,
    CAUSE,
    CONTEXT,
    CUDA,
    DUMP,
    INSTALLED,
    KEYWORD,
    NAMES,
    NUMPY,
    SITE,
    blamed,
    frames,
    modules,
    raised,
    strengths,
)


def test_who_refuses_what_is_too_old_is_at_fault_and_that_is_spared() -> None:
    failure = blamed(ARROW, ("datasets",), "imports.datasets")
    assert [(each.package, each.strength) for each in failure.suspects] == [("pyarrow", "said"), ("datasets", "concerned")]
    assert failure.spared == ("numpy",)
    assert failure.line == "ImportError: pyarrow requires NumPy 2.0 or newer, found 1.26.4"


def test_a_call_that_is_not_understood_is_of_the_caller_or_of_the_called() -> None:
    failure = blamed(KEYWORD, ("torch", "transformers", "accelerate"), wanted=("numpy",))
    assert failure.lacking == ("transformers", "accelerate")
    assert strengths(failure) == {
        "transformers": "raised",
        "accelerate": "concerned",
        "torch": "concerned",
        "numpy": "needed",
        "tokenizers": "needed",
    }
    assert failure.line.startswith("TypeError: Accelerator.unwrap_model() got")


def test_two_that_were_built_for_different_ones_are_both_named() -> None:
    failure = blamed(CUDA, ("torchaudio",), "imports.torchaudio")
    assert strengths(failure) == {"torch": "said", "torchaudio": "said"}
    assert failure.line == "RuntimeError: Detected that PyTorch and TorchAudio were compiled with different CUDA versions."


@pytest.mark.parametrize(("outcome", "why"), [("crashed", "the process ended in it"), ("hung", "it hung in it")])
def test_a_crash_is_of_the_package_at_the_top_of_the_stack(outcome: Outcome, why: str) -> None:
    answer = Answer("a.probe", outcome, signal=11, err=DUMP)
    finding = Finding(id="uses.datasets", verdict="crash", title="t", seen="it was killed", probe="a.probe", about=("datasets",))
    failure = blame(finding, evidence(installed=INSTALLED, answers=[answer]))
    assert strengths(failure) == {"pyarrow": "raised", "torch": "concerned", "datasets": "concerned", "numpy": "needed"}
    assert (failure.suspects[0].why, failure.line) == (why, "it was killed")


def pair(id: str, about: tuple[str, ...], seen: str, *answers: Answer) -> Failure:
    """For a check that looks at packages itself."""
    finding = Finding(id=id, verdict="fail", title="t", seen=seen, about=about)
    return blame(finding, evidence(installed=INSTALLED, answers=answers))


def test_a_check_of_two_packages_blames_both_where_nothing_else_is_told() -> None:
    failure = pair("packages.trio.torchaudio", ("torchaudio", "torch"), "torchaudio 2.11.0 (cu130) with torch 2.15.0 (cu132)")
    assert strengths(failure) == {"torchaudio": "paired", "torch": "paired"}


def test_a_check_of_two_packages_hears_the_answers_that_name_them() -> None:
    seen = "pyarrow 26.0.0 with numpy 1.26.4: its wheels refuse NumPy 1 when imported"
    other = raised("c.use_torch", frames(f"{SITE}/torch/a.py") + "ValueError: numpy\n")
    half = raised("d.use_torchaudio", frames(f"{SITE}/torchaudio/a.py") + "ValueError: pyarrow\n")
    failure = pair("packages.breaks.pyarrow", ("pyarrow", "numpy"), seen, other, half, raised("b.use_datasets@datasets", ARROW))
    assert strengths(failure) == {"pyarrow": "said", "datasets": "concerned"}
    assert (failure.spared, failure.line) == (("numpy",), seen)


def test_a_check_of_two_packages_hears_the_answers_that_name_the_first() -> None:
    answers = [raised("hugging_face.use_trainer", KEYWORD), Answer("b.use_numpy", "ok", err=f"transformers\n{CUDA}")]
    failure = pair("packages.breaks.transformers", ("transformers", "accelerate"), "they do not fit", *answers)
    assert list(strengths(failure).items())[:2] == [("transformers", "raised"), ("accelerate", "paired")]
    assert failure.lacking == ("transformers", "accelerate")
    assert "torchaudio" not in strengths(failure)


def test_the_words_of_a_check_count_too() -> None:
    failure = pair("packages.consistent", (), "transformers needs tokenizers>=0.21, found 0.20.3")
    assert (strengths(failure), failure.spared) == ({"transformers": "said", "numpy": "needed"}, ("tokenizers",))
    failure = pair("packages.wanted", (), "torch 2.1, wanted >=2.4; the accelerate of today")
    assert strengths(failure) == {"torch": "concerned"}


def test_versions_in_the_words_of_an_error_blame_nobody() -> None:
    assert strengths(blamed(frames(f"{SITE}/torch/a.py") + "ValueError: numpy 2.0 and its dtype\n")) == {"torch": "raised"}


def test_a_finding_is_about_the_package_that_it_is_named_after() -> None:
    finding = Finding(id="imports.transformers", verdict="unknown", title="it can be imported", probe="gone")
    failure = blame(finding, evidence(installed=INSTALLED, wanted=["tokenizers"]))
    assert [(each.package, each.strength) for each in failure.suspects] == [
        ("transformers", "concerned"),
        ("tokenizers", "needed"),
        ("numpy", "needed"),
    ]
    assert failure.line == "it can be imported"


def test_where_nothing_is_told_everything_may_be_at_fault() -> None:
    finding = Finding(id="start.noise", verdict="fail", title="t", seen="it printed")
    failure = blame(finding, evidence(installed=INSTALLED, wanted=["torch"]))
    assert [each.package for each in failure.suspects] == ["torch", *sorted({*NAMES} - {"torch"})]
    assert set(strengths(failure).values()) == {"needed"}


def test_what_needs_something_that_is_not_installed_does_not_blame_it() -> None:
    given = evidence(installed={"torch": Distribution("2.4", requires=("triton",), modules=("torch",))})
    assert strengths(blame(Finding(id="imports.torch", verdict="fail", title="t"), given)) == {"torch": "concerned"}


@pytest.mark.parametrize("text", [ARROW, f"starting\n{ARROW}goodbye\n"])
def test_a_command_is_judged_by_what_it_wrote(text: str) -> None:
    failure = blame_text("verify.tests", "", text, modules())
    assert (strengths(failure), failure.spared) == ({"pyarrow": "said", "datasets": "concerned"}, ("numpy",))
    assert (failure.id, failure.line) == ("verify.tests", "ImportError: pyarrow requires NumPy 2.0 or newer, found 1.26.4")


def test_a_command_that_needs_no_check_finds_who_lacks_what() -> None:
    assert blame_text("verify.tests", "it failed", KEYWORD, modules()).lacking == ("transformers", "accelerate")


@pytest.mark.parametrize(
    ("text", "line"), [("", "it failed"), ("assert 1 == 2 in /home/me/x/test_y.py\n", "assert 1 == 2 in test_y.py")]
)
def test_a_command_that_tells_nothing_blames_everything(text: str, line: str) -> None:
    failure = blame_text("verify.tests", "", text, modules())
    assert [each.package for each in failure.suspects] == sorted(NAMES)
    assert failure.line == line


def test_the_line_of_a_command_is_kept_without_its_paths() -> None:
    assert blame_text("verify.tests", "pytest /home/me/tests failed", "", modules()).line == "pytest tests failed"


def owned(**packages: tuple[str, ...]) -> dict[str, str]:
    installed = {name.replace("_", "-"): Distribution("1", modules=modules) for name, modules in packages.items()}
    return module_owners(evidence(installed=installed))


def test_a_module_of_several_is_of_the_one_with_its_name() -> None:
    assert owned(opencv=("cv2",), cv2=("cv2",), cv2_more=("cv2",))["cv2"] == "cv2"
    assert owned(another=("cv2",), cv2=("cv2",))["cv2"] == "cv2"
    assert owned(opencv_b=("cv2",), opencv_a=("cv2",))["cv2"] == "opencv-a"
    assert owned(scikit_learn=("sklearn",)) == {"sklearn": "scikit-learn", "scikit_learn": "scikit-learn"}
    assert owned(cv2_alone=("cv2",))["cv2"] == "cv2-alone"
    assert owned(ruff=()) == {"ruff": "ruff"}


def test_a_module_of_which_each_brings_a_part_is_nobodys() -> None:
    found = owned(nvidia_cudnn_cu13=("nvidia",), nvidia_cublas=("nvidia",), google_auth=("google",), protobuf=("google",))
    assert (found["nvidia/cudnn"], found["nvidia/cublas"]) == ("nvidia-cudnn-cu13", "nvidia-cublas")
    assert (found["google/auth"], found["google/protobuf"]) == ("google-auth", "protobuf")
    assert not {"nvidia", "google"} & found.keys()


LINES = st.sampled_from([line for text in (ARROW, KEYWORD, CUDA, NUMPY, DUMP, CAUSE, CONTEXT) for line in text.splitlines()])


@given(st.text() | st.lists(LINES | st.text(max_size=20)).map("\n".join))
def test_any_text_blames_installed_packages_alone(text: str) -> None:
    failure = blame_text("a.b", text, text, modules())
    packages = [each.package for each in failure.suspects]
    assert len({*packages}) == len(packages) > 0
    assert {*packages, *failure.spared, *(failure.lacking or ())} <= {*NAMES}
    assert not {*packages} & {*failure.spared}
    assert len(failure.line) <= 300
    given: Evidence = evidence(
        installed=INSTALLED, answers=[Answer("p", "crashed", err=text), Answer("q", "raised", traceback=text)]
    )
    for probe in ("p", "q", ""):
        assert blame(Finding(id="a.b", verdict="fail", title="t", seen=text, probe=probe, about=("torch",)), given).suspects
