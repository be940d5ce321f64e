from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from torch_starter.checks.loader import CHECKS, MAPPED_PROBE, PATH_PROBE
from torch_starter.core.evidence import Evidence
from torch_starter.core.probing import Answer
from torch_starter.core.report import Finding
from torch_starter.testing import evidence, findings

BY_ID = {check.id: check for check in CHECKS}
REFUSED = "ERROR: ld.so: object '/x/lib.so' from LD_PRELOAD cannot be preloaded (no such file): ignored.\n"
OWN = "/env/site-packages/nvidia/cudnn/lib/libcudnn.so.9"


def finding(id: str, given: Evidence) -> Finding:
    (found,) = findings(BY_ID[id], given)
    assert found.verdict not in ("fail", "warn") or found.remedy
    return found


def library_path(folders: dict[str, list[str]], taken: list[str], error: str = "") -> Answer:
    return Answer(PATH_PROBE, "ok", {"folders": folders, "taken": taken, "error": error})


def mapped(**found: Any) -> Answer:
    return Answer(MAPPED_PROBE, "ok", {"foreign": {}, "openmp": [], "libraries": 60, **found})


def given(*answers: Answer, **variables: str) -> Evidence:
    return evidence(installed={"torch": "2.14"}, answers=answers, variables=variables)


def test_a_preloaded_library_must_be_there() -> None:
    assert finding("loader.preload", given()).verdict == "ok"
    assert finding("loader.preload", given(LD_PRELOAD="/usr/lib/libjemalloc.so.2")).seen == "/usr/lib/libjemalloc.so.2"
    found = finding("loader.preload", evidence(start_noise=REFUSED * 2, variables={"LD_PRELOAD": "/x/lib.so"}))
    assert (found.verdict, found.seen) == ("fail", "the loader cannot load /x/lib.so")


@pytest.mark.parametrize(
    ("answer", "verdict", "seen"),
    [
        (library_path({}, []), "ok", "/cuda"),
        (library_path({"/cuda": ["libcudnn.so.9"]}, []), "warn", "/cuda has another libcudnn.so.9, which torch itself does not"),
        (library_path({"/cuda": ["libcudnn.so.9"]}, ["/cuda/libcudnn.so.9"]), "fail", "libcudnn.so.9, which is loaded"),
        (library_path({"/cuda": ["libcudnn.so.9"]}, [], "file too short"), "fail", "libcudnn.so.9: file too short"),
        (Answer(PATH_PROBE, "crashed", signal=11), "crash", "SIGSEGV"),
    ],
)
def test_libraries_on_the_library_path(answer: Answer, verdict: str, seen: str) -> None:
    found = finding("loader.library-path", given(answer, LD_LIBRARY_PATH="/cuda"))
    assert (found.verdict, seen in found.seen) == (verdict, True)


def test_the_import_of_torch_tells_whether_such_a_library_is_taken() -> None:
    beside = library_path({"/cuda": ["libcudnn.so.9"]}, [])
    broken = Answer("import torch", "raised", error_type="OSError", error="libcudnn.so.9: invalid ELF header", traceback="")
    broken = replace(broken, traceback=broken.error)
    found = finding("loader.library-path", given(beside, broken, LD_LIBRARY_PATH="/cuda"))
    assert (found.verdict, "OSError: libcudnn.so.9: invalid ELF header" in found.seen) == ("fail", True)
    other = replace(broken, traceback="ValueError")
    assert finding("loader.library-path", given(beside, other, LD_LIBRARY_PATH="/cuda")).verdict == "warn"
    loaded = mapped(foreign={"/cuda/libcudnn.so.9": OWN})
    assert finding("loader.library-path", given(beside, loaded, LD_LIBRARY_PATH="/cuda")).verdict == "fail"


def test_an_unset_library_path_starts_no_probe() -> None:
    dynamic = BY_ID["loader.library-path"].dynamic_probes
    assert dynamic is not None
    assert list(dynamic(given())) == []
    assert list(dynamic(given(LD_LIBRARY_PATH="/cuda"))) == [PATH_PROBE]
    assert finding("loader.library-path", given()).verdict == "ok"


def test_the_library_path_explains_failures_by_their_sign() -> None:
    causes = BY_ID["loader.library-path"].causes
    assert causes is not None
    (cause,) = causes(given(library_path({"/cuda": ["libcudnn.so.9"]}, [])))
    assert cause.explains(Answer("x", "raised", traceback="libcusparse.so.12: undefined symbol: __nvJitLink"), frozenset())
    assert not cause.explains(Answer("x", "raised", traceback="ValueError"), frozenset({"torch"}))
    (broken,) = causes(given(library_path({"/cuda": ["libcudnn.so.9"]}, [], "file too short")))
    assert broken.explains(Answer("x", "raised"), frozenset({"torch"}))
    assert list(causes(given())) == []


@pytest.mark.parametrize(
    ("answers", "variables", "verdict", "seen"),
    [
        ([mapped()], {}, "ok", "60 libraries"),
        ([mapped(foreign={"/cuda/libcudnn.so.9": OWN})], {}, "fail", "/cuda/libcudnn.so.9"),
        ([mapped(foreign={"/cuda/libcudnn.so.9": OWN})], {"LD_PRELOAD": "/cuda/libcudnn.so.9"}, "ok", "60 libraries"),
        (
            [mapped(foreign={"/cuda/libcudnn.so.9": OWN}), library_path({"/cuda": ["libcudnn.so.9"]}, ["/cuda/libcudnn.so.9"])],
            {},
            "skip",
            "see loader.library-path",
        ),
        ([Answer(MAPPED_PROBE, "ok", {"none": "there is no /proc/self/maps here"})], {}, "skip", "/proc/self/maps"),
        ([], {}, "unknown", "did not run"),
    ],
)
def test_mapped_libraries(answers: list[Answer], variables: dict[str, str], verdict: str, seen: str) -> None:
    found = finding("loader.mapped", given(*answers, **variables))
    assert (found.verdict, seen in found.seen) == (verdict, True)


def test_what_is_mapped_from_elsewhere_explains_failures_by_their_sign() -> None:
    causes = BY_ID["loader.mapped"].causes
    assert causes is not None
    (cause,) = causes(given(mapped(foreign={"/cuda/libcudnn.so.9": OWN})))
    assert cause.explains(Answer("x", "raised", traceback="cuDNN version incompatibility"), frozenset())
    assert list(causes(given(mapped()))) == []


@pytest.mark.parametrize(
    ("openmp", "verdict"),
    [
        (["/env/torch/lib/libgomp.so.1"], "ok"),
        (["/env/torch/lib/libgomp.so.1", "/env/lib/libiomp5.so"], "ok"),
        (["/env/lib/libomp.so", "/env/lib/libiomp5.so"], "warn"),
        ([], "ok"),
    ],
)
def test_openmp_runtimes(openmp: list[str], verdict: str) -> None:
    assert finding("loader.openmp", given(mapped(openmp=openmp))).verdict == verdict


def test_openmp_could_not_be_looked_at() -> None:
    assert finding("loader.openmp", given()).verdict == "unknown"


@pytest.mark.parametrize("id", ["loader.mapped", "loader.openmp"])
def test_without_torch_nothing_is_mapped(id: str) -> None:
    assert finding(id, evidence()).verdict == "skip"
