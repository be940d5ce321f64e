from __future__ import annotations

from dataclasses import replace

import pytest

from torch_starter.checks.imports import all_probes, failed_imports, imports, module_of, used
from torch_starter.core.evidence import Distribution
from torch_starter.core.probing import Answer
from torch_starter.core.report import Verdict
from torch_starter.testing import evidence

VISION = {"torchvision": Distribution("0.26.0", modules=("torchvision",))}
NUMPY = {"numpy": Distribution("1.26.4", modules=("numpy",))}
PROBE = "deep_learning.use_torchvision@torchvision"
ANSWERS: list[tuple[Answer, Verdict, Verdict]] = [
    (Answer(PROBE, "ok", {"seen": "1"}, stage="use"), "ok", "ok"),
    (Answer(PROBE, "ok", out="hello\n", import_bytes=6), "warn", "ok"),
    (Answer(PROBE, "raised", error_type="ImportError", stage="import"), "fail", "skip"),
    (Answer(PROBE, "raised", error_type="AssertionError", stage="use"), "ok", "fail"),
    (Answer(PROBE, "crashed", signal=11, stage="import"), "crash", "skip"),
]


@pytest.mark.parametrize(("answer", "importing", "using"), ANSWERS, ids=["well", "noisy", "no import", "no use", "crash"])
def test_importing_and_using_are_told_apart(answer: Answer, importing: Verdict, using: Verdict) -> None:
    given = evidence(installed=VISION, wanted=("torchvision",), answers=[answer])
    assert [(finding.id, finding.verdict) for finding in imports(given)] == [("imports.torchvision", importing)]
    assert [(finding.id, finding.verdict) for finding in used(given)] == [("uses.torchvision", using)]


def test_where_uses_share_a_process_each_import_has_its_own() -> None:
    given = evidence(installed=NUMPY, wanted=("numpy",))
    importing, using = all_probes(given)
    assert (importing, using) == ("science.@numpy", "science.use_numpy@numpy")
    answers = {importing: Answer(importing, "ok", out="hello", import_bytes=5), using: Answer(using, "raised", stage="import")}
    given = replace(given, answers=answers)
    assert [finding.verdict for finding in imports(given)] == ["warn"]
    assert [finding.verdict for finding in used(given)] == ["fail"]  # its import went well by itself: see nothing else


@pytest.mark.parametrize(
    ("name", "ours", "verdict"),
    [("numpy", True, "fail"), ("numpy", False, "skip"), ("torch", True, "fail"), ("torch", False, "fail")],
)
def test_what_is_missing_is_wrong_in_an_environment_of_ours_and_torch_in_any(name: str, ours: bool, verdict: Verdict) -> None:
    (finding,) = imports(evidence(wanted=(name,), ours=ours, locked={"torch": "2.14.1"}))
    assert finding.verdict == verdict
    assert bool(finding.remedy) == (verdict == "fail")


@pytest.mark.parametrize(
    ("name", "modules", "module"),
    [
        ("scikit-learn", ("sklearn",), "sklearn"),
        ("pytest-cov", ("pytest_cov",), "pytest_cov"),
        ("pillow", ("PIL",), "PIL"),
        ("ruff", ("ruff",), "ruff"),
        ("nvitop", ("_hidden", "nvitop"), "nvitop"),
        ("program", (), ""),
        ("secret", ("_only",), ""),
    ],
)
def test_the_module_of_a_distribution_is_found(name: str, modules: tuple[str, ...], module: str) -> None:
    assert module_of(name, evidence(installed={name: Distribution("1", modules=modules)})) == module


def test_a_program_is_not_imported() -> None:
    (finding,) = imports(evidence(installed={"tool": "1"}, wanted=("tool",)))
    assert (finding.verdict, finding.seen) == ("skip", "tool is a program, not a module")


def test_only_what_is_there_is_asked_for() -> None:
    installed = {**VISION, "tool": Distribution("1"), "other": Distribution("1", modules=("other",))}
    assert list(all_probes(evidence(installed=installed, wanted=("torchvision", "tool", "other", "absent")))) == [PROBE, "@other"]


def test_torch_is_judged_by_the_import_that_the_others_are_forked_from() -> None:
    torch = {"torch": Distribution("2.14.1", modules=("torch",))}
    answers = [Answer("import torch", "ok", {"version": "2.14.1"}, out="noise\n"), Answer("deep_learning.use_torch@torch", "ok")]
    (finding,) = imports(evidence(installed=torch, wanted=("torch",), answers=answers))
    assert (finding.verdict, finding.seen) == ("warn", "it prints to stdout: noise")


def test_a_package_that_cannot_be_imported_explains_those_that_need_it_and_not_the_other_way_round() -> None:
    installed = {
        "safetensors": Distribution("1", modules=("safetensors",)),
        "accelerate": Distribution("1", ("safetensors>=0.4",), ("accelerate",)),
        "transformers": Distribution("4", (), ("transformers",)),  # it uses safetensors where it is, and does not declare it
        "scipy": Distribution("1", modules=("scipy",)),
    }
    blames = "File site-packages/safetensors/torch.py"
    lines = {"safetensors": "", "accelerate": "", "transformers": blames, "scipy": "its own"}
    wanted = tuple(installed)
    names = {name: next(p for p in all_probes(evidence(installed=installed, wanted=(name,)))) for name in wanted}
    answers = [Answer(names[name], "raised", error_type="ImportError", traceback=text) for name, text in lines.items()]
    bare = evidence(installed=installed, wanted=wanted, answers=answers)
    causes = tuple(failed_imports(bare))
    assert {cause.id for cause in causes} == {"imports.safetensors", "imports.scipy"}
    found = {finding.id: (finding.verdict, finding.seen) for finding in imports(replace(bare, causes=causes))}
    assert found["imports.safetensors"][0] == found["imports.scipy"][0] == "fail"
    assert found["imports.accelerate"] == found["imports.transformers"] == ("skip", "see imports.safetensors")


def test_two_that_blame_each_other_leave_one_red_line() -> None:
    installed = {name: Distribution("1", modules=(name,)) for name in ("datasets", "evaluate")}
    blames = {"datasets": "evaluate", "evaluate": "datasets"}
    bare = evidence(installed=installed, wanted=tuple(installed))
    answers = [
        Answer(probe, "raised", traceback=f"site-packages/{blames[probe.partition('@')[2]]}/x.py") for probe in all_probes(bare)
    ]
    bare = replace(bare, answers={answer.probe: answer for answer in answers})
    findings = imports(replace(bare, causes=tuple(failed_imports(bare))))
    assert sorted(finding.verdict for finding in findings) == ["fail", "skip"]
