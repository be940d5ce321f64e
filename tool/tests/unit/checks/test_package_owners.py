from __future__ import annotations

from dataclasses import replace

import pytest

from torch_starter.checks.package_owners import CHECKS
from torch_starter.core.evidence import Audit, Distribution, Evidence, Installed
from torch_starter.core.report import Finding
from torch_starter.testing import evidence, findings

BY_ID = {check.id: check for check in CHECKS}
SITE = "/env/lib/python3.12/site-packages"
BOTH = ("opencv-python", "opencv-python-headless")


def finding(id: str, given: Evidence) -> Finding:
    (found,) = findings(BY_ID[id], given)
    return found


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        (f"{SITE}/cv2/__init__.py", "fail"),
        (f"{SITE}/cv2/cv2.abi3.so", "fail"),
        (f"{SITE}/nvidia/cudnn/lib/libcudnn.so.9", "fail"),
        (f"{SITE}/tests/__init__.py", "ok"),
        (f"{SITE}/docs/conf.py", "ok"),
        (f"{SITE}/README.py", "ok"),
        (f"{SITE}/LICENSE.txt", "ok"),
        ("/env/bin/f2py", "ok"),
    ],
)
def test_code_that_two_packages_bring_fails(path: str, verdict: str) -> None:
    given = evidence(files=Audit(claimed={path: BOTH}))
    assert finding("packages.providers", given).verdict == verdict
    assert bool(list(BY_ID["packages.providers"].causes(given))) == (verdict == "fail")  # type: ignore[misc]


def test_the_providers_are_named_with_what_mends_it() -> None:
    given = evidence(files=Audit(claimed={f"{SITE}/cv2/a.py": BOTH, f"{SITE}/cv2/b.py": BOTH}), ours=False)
    found = finding("packages.providers", given)
    assert found.seen == "opencv-python and opencv-python-headless both bring cv2/a.py (2 files)"
    assert found.remedy.startswith("uv pip uninstall --python /env/bin/python opencv-python opencv-python-headless; then")
    with_pip = finding("packages.providers", replace(given, install="/p -m pip install"))
    assert with_pip.remedy.startswith("/p -m pip uninstall -y opencv-python")
    assert "lock-update" in finding("packages.providers", replace(given, ours=True)).remedy


def families(*needed: str) -> Evidence:
    names = {"nvidia-cublas": "13.1", "nvidia-cublas-cu12": "12.9", "nvidia-nccl-cu13": "2.30"}
    return evidence(installed={**names, "torch": Distribution("2.14", requires=needed)}, ours=False)


def test_a_copy_that_nothing_needs_is_left_from_another_cuda() -> None:
    found = finding("packages.cuda-families", families("nvidia-cublas"))
    assert (found.verdict, found.remedy) == ("warn", "uv pip uninstall --python /env/bin/python nvidia-cublas-cu12")


def test_two_families_that_are_needed_are_well() -> None:
    assert finding("packages.cuda-families", families("nvidia-cublas", "nvidia-cublas-cu12")).verdict == "ok"
    assert finding("packages.cuda-families", evidence(installed={"nvidia-cublas": "13"})).verdict == "ok"


def test_copies_that_write_the_same_file_are_told_of_there() -> None:
    audit = Audit(claimed={f"{SITE}/nvidia/cublas/lib/libcublas.so.12": ("nvidia-cublas", "nvidia-cublas-cu12")})
    assert finding("packages.cuda-families", replace(families(), files=audit)).verdict == "ok"


@pytest.mark.parametrize(
    ("conda", "installer", "verdict"),
    [
        (None, "pip", "skip"),
        ({"numpy": "1.26.0"}, "conda", "ok"),
        ({"numpy": "1.26.0"}, "pip", "fail"),
        ({"pytorch": "2.5"}, "pip", "ok"),
    ],
)
def test_what_conda_and_pip_both_own_fails(conda: dict[str, str] | None, installer: str, verdict: str) -> None:
    distributions = {"numpy": Distribution("1.26.4", installer=installer), "pip": Distribution("25", installer="pip")}
    given = evidence(installed=Installed(distributions, conda=conda and {**conda, "pip": "24"}))
    assert finding("packages.conda", given).verdict == verdict


def test_condas_name_of_torch_is_known() -> None:
    given = evidence(installed=Installed({"torch": Distribution("2.6", installer="uv")}, conda={"pytorch": "2.5"}))
    assert finding("packages.conda", given).seen == "torch 2.6 by uv, 2.5 by conda"
