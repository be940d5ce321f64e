"""Each of the three known breakages of a resolved environment gives exactly one red finding, and it names the cause."""

from __future__ import annotations

import pytest

from torch_starter.core.catalog import collect
from torch_starter.core.evidence import Distribution, Evidence
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.kinds import Check
from torch_starter.core.probing import Answer, Stage
from torch_starter.core.report import Finding
from torch_starter.testing import evidence
from torch_starter.verbs._judge import causes

WANTED = ("numpy", "torch", "torchvision", "torchaudio", "pyarrow", "datasets", "transformers", "accelerate")
HEALTHY = {
    "numpy": Distribution("1.26.4", modules=("numpy",)),
    "torch": Distribution("2.14.1", modules=("torch",), flavour="cu130"),
    "torchvision": Distribution("0.29.1", modules=("torchvision",), flavour="cu130"),
    "torchaudio": Distribution("2.11.0", modules=("torchaudio",), flavour="cu130"),
    "pyarrow": Distribution("25.0.0", modules=("pyarrow",)),
    "datasets": Distribution("2.21.0", modules=("datasets",)),
    "transformers": Distribution("4.51.3", modules=("transformers",)),
    "accelerate": Distribution("0.34.2", modules=("accelerate",)),
    "pip": Distribution("25.0"),
}
ARROW = "ImportError: pyarrow requires NumPy 2.0 or newer, found 1.26.4"
AUDIO = "OSError: libtorchaudio.so: undefined symbol\n  in torchaudio/_extension/__init__.py"
KEYWORD = "TypeError: Accelerator.unwrap_model() got an unexpected keyword argument 'keep_torch_compile'"
BREAKAGES = {
    "packages.breaks.pyarrow": (
        {"pyarrow": Distribution("26.0.0", modules=("pyarrow",))},
        {"@pyarrow": ARROW, "hugging_face.use_datasets@datasets": ARROW, "bridges.pandas_arrow": ARROW},
    ),
    "packages.trio.torchaudio": (
        {"torchaudio": Distribution("2.11.0", modules=("torchaudio",), flavour="cu132")},
        {"deep_learning.use_torchaudio@torchaudio": AUDIO},
    ),
    "packages.breaks.transformers": (
        {"transformers": Distribution("4.57.0", modules=("transformers",))},
        {"hugging_face.use_trainer": KEYWORD},
    ),
}

# those that answer in words alone; what others ask for is of the machine
CHECKS = [
    check
    for check in collect("checks", Check)
    if check.group in ("packages", "imports", "uses", "bridges", "numerics", "training")
]


def given(changed: dict[str, Distribution], failing: dict[str, str]) -> Evidence:
    """A foreign environment that is healthy but for what is changed, and whose probes answer accordingly."""
    installed = {**HEALTHY, **changed}
    bare = evidence(installed=installed, wanted=WANTED, ours=False)
    probes = {"import torch"} | {probe for check in CHECKS for probe in probes_of(check, bare)}
    assert set(failing) <= probes
    answers = [answer(name, failing) for name in sorted(probes)]
    return evidence(installed=installed, wanted=WANTED, ours=False, answers=answers, causes=tuple(causes(CHECKS, bare)))


def probes_of(check: Check, bare: Evidence) -> list[str]:
    try:
        return [*check.probes, *(check.dynamic_probes(bare) if check.dynamic_probes else ())]
    except Unknown:  # the machine of these tests is not known
        return list(check.probes)


def answer(name: str, failing: dict[str, str]) -> Answer:
    if name not in failing:
        return Answer(name, "ok", {"seen": "well"})
    kind, _, text = failing[name].partition(": ")
    stage: Stage = "import" if "@" in name or name == "import torch" else "use"
    return Answer(name, "raised", error_type=kind, error=text, traceback=failing[name], stage=stage)


def judged(evidence: Evidence) -> list[Finding]:
    found = []
    for check in CHECKS:
        try:
            found += list(check.judge(evidence))
        except (Absent, Unknown):
            continue
    return found


def test_a_healthy_environment_has_no_red_finding() -> None:
    findings = judged(given({}, {}))
    assert len(findings) > 40
    assert [finding for finding in findings if finding.verdict not in ("ok", "skip")] == []


@pytest.mark.parametrize("id", BREAKAGES)
def test_a_known_breakage_is_one_red_finding_and_what_depends_on_it_points_there(id: str) -> None:
    findings = judged(given(*BREAKAGES[id]))
    (red,) = [finding for finding in findings if finding.verdict not in ("ok", "skip")]
    assert (red.id, red.verdict) == (id, "fail")
    assert BREAKAGES[id][1][min(BREAKAGES[id][1])].partition(": ")[0] in red.seen
    assert red.remedy
    dependents = [finding for finding in findings if finding.seen == f"see {id}"]
    assert dependents
    assert {finding.verdict for finding in dependents} == {"skip"}


def test_an_unknown_breakage_is_red_where_it_shows() -> None:
    (red,) = [f for f in judged(given({}, {"bridges.numpy_torch": "ValueError: off by one"})) if f.verdict not in ("ok", "skip")]
    assert (red.id, red.seen) == ("bridges.numpy-torch", "ValueError: off by one")


def test_where_torch_cannot_be_imported_that_alone_is_red() -> None:
    halted = "ModuleNotFoundError: import of torch halted; None in sys.modules"
    bare = given({}, {})
    failing = {
        name: halted
        for name in bare.answers
        if name.startswith(("numerics.", "deep_learning.", "hugging_face.", "bridges.numpy_t"))
    }
    findings = judged(given({}, {**failing, "import torch": "OSError: libcudart.so.13: cannot open shared object file"}))
    assert [finding.id for finding in findings if finding.verdict not in ("ok", "skip")] == ["imports.torch"]
