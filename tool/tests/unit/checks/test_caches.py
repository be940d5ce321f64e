from __future__ import annotations

import msgspec
import pytest

from torch_starter.checks.caches import CHECKS
from torch_starter.core.evidence import Evidence, PathState
from torch_starter.core.probing import Answer
from torch_starter.core.repair import SetMode
from torch_starter.core.report import Finding, Verdict
from torch_starter.core.spec import Cache, Spec
from torch_starter.testing import evidence, findings
from unit.checks.asking import explained, one

CACHES, ENVIRONMENT = CHECKS
GB = 2**30
FOLDER = PathState("/c", "folder", "755", device=1, filesystem="ext4", free=9 * GB)
STATES: list[tuple[PathState, Verdict]] = [
    (PathState("/c", "missing"), "ok"),
    (FOLDER, "ok"),
    (PathState("/c", "folder", "700"), "ok"),
    (PathState("/c", "folder", "777"), "warn"),
    (PathState("/c", "folder", "755", mine=False), "warn"),
    (PathState("/c", "folder", "755", mine=False, writable=False), "fail"),
    (PathState("/c", "folder", "755", writable=False), "fail"),
    (PathState("/c", "file", "644"), "fail"),
    (PathState("/c", "dangling"), "fail"),
]


def given(name: str, state: PathState, *, installed: tuple[str, ...] = (), **others: PathState) -> Evidence:
    """Evidence with the state of one cache; the spec knows `huggingface`, `uv` and `data`."""
    spec = Spec(caches={each: Cache(host=f"~/{each}", container="/x", volume="x") for each in ("huggingface", "uv", "data")})
    known = {"environment": FOLDER, **{key.replace("_", " "): value for key, value in others.items()}}
    return evidence(spec=spec, installed=dict.fromkeys(installed, "1.0"), paths={f"cache {name}": state, **known})


def cache(name: str, state: PathState, *, installed: tuple[str, ...] = (), **others: PathState) -> Finding:
    found = {finding.id: finding for finding in findings(CACHES, given(name, state, installed=installed, **others))}
    finding = found[f"caches.{name}"]
    assert bool(finding.remedy) == (finding.verdict in ("warn", "fail"))
    return finding


def on(**changes: object) -> PathState:
    return msgspec.structs.replace(FOLDER, **changes)


@pytest.mark.parametrize(("state", "wanted"), STATES)
def test_a_folder_is_ours_and_closed_to_others(state: PathState, wanted: Verdict) -> None:
    assert cache("huggingface", state).verdict == wanted
    assert cache("inductor", state, installed=("torch",)).verdict == wanted
    assert one(ENVIRONMENT, evidence(paths={"environment": state})).verdict == wanted
    assert one(ENVIRONMENT, evidence(paths={"environment": state}, ours=False)).verdict == "skip"


@pytest.mark.parametrize(
    ("name", "state", "wanted"),
    [
        ("huggingface", on(filesystem="tmpfs"), "warn"),
        ("data", on(filesystem="tmpfs"), "ok"),
        ("inductor", on(filesystem="tmpfs"), "ok"),
        ("huggingface", on(filesystem="nfs4"), "warn"),
        ("inductor", on(filesystem="nfs"), "warn"),
        ("data", on(filesystem="nfs"), "ok"),
        ("huggingface", on(device=2, free=GB // 2), "warn"),
        ("huggingface", on(device=2, free=0), "fail"),
        ("huggingface", on(device=1, free=0), "ok"),
        ("data", on(device=2, free=0), "ok"),
        ("pip", on(device=2, free=0), "ok"),
        ("pip", on(mode="777"), "ok"),
        ("pip", on(writable=False), "warn"),
        ("data", on(writable=False), "warn"),
        ("home", on(writable=False), "fail"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_disk_matters_as_much_as_the_cache_needs(name: str, state: PathState, wanted: Verdict) -> None:
    assert cache(name, state, installed=("torch", "pip")).verdict == wanted


@pytest.mark.parametrize(("name", "package"), [("inductor", "torch"), ("triton", "triton"), ("matplotlib", "matplotlib")])
def test_caches_of_programs_that_are_not_there_do_not_matter(name: str, package: str) -> None:
    assert cache(name, on(writable=False)).seen == f"{package} is not installed"
    assert cache(name, on(), installed=(package,)).verdict == "ok"


def test_one_that_cannot_be_made_fails_and_programs_that_do_without_only_warn() -> None:
    state = PathState("/h/c", "missing", writable=False, nearest="/h")
    assert cache("huggingface", state).verdict == "fail"
    assert cache("pip", state, installed=("pip",)).verdict == "warn"
    assert "/h cannot be written" in cache("huggingface", state).seen


def test_where_the_home_cannot_be_written_that_is_said_once() -> None:
    state = PathState("/h/.cache/x", "missing", writable=False, nearest="/h")
    home = PathState("/h/.cache", "missing", writable=False, nearest="/h")
    assert cache("huggingface", state, cache_home=home).seen == "see caches.home"
    assert cache("home", home).verdict == "fail"
    assert cache("huggingface", state, cache_home=FOLDER).verdict == "fail"


def test_where_temporary_files_cannot_be_written_that_is_said_once() -> None:
    state = PathState("/t/torchinductor_me", "missing", writable=False, nearest="/t")
    assert cache("inductor", state, installed=("torch",), temp=on(nearest="/t", writable=False)).seen == "see system.temp"


def test_what_mends_a_folder_is_its_mode_or_its_owner() -> None:
    assert cache("huggingface", on(writable=False)).remedy == "chmod u+rwx /c"
    assert cache("huggingface", on(writable=False, mine=False)).remedy == 'sudo chown -R "$(id -u)" /c'


def test_whose_folder_it_is_matters_more_where_programs_are_loaded_from_it() -> None:
    assert "programs" in cache("inductor", on(mine=False), installed=("torch",)).wanted
    assert "programs" not in cache("huggingface", on(mine=False)).wanted


@pytest.mark.parametrize(("device", "told"), [(1, "linked"), (2, "copied")])
def test_of_the_cache_of_uv_is_told_whether_files_are_linked(device: int, told: str) -> None:
    assert told in cache("uv", on(device=device)).seen


def test_a_mode_can_be_mended_where_the_folder_is_ours() -> None:
    wide = on(mode="777")
    assert cache("huggingface", wide).fixable
    assert not cache("huggingface", on(mode="777", mine=False)).fixable
    assert CACHES.repairs is not None
    assert ENVIRONMENT.repairs is not None
    assert [*CACHES.repairs(given("huggingface", wide))] == [SetMode("/c", "777", "755", "others may write to it")]
    assert [*CACHES.repairs(given("huggingface", on()))] == []
    assert [*ENVIRONMENT.repairs(evidence(paths={"environment": wide}))] == [
        SetMode("/c", "777", "755", "others may write to it")
    ]


def test_a_cache_that_cannot_be_written_explains_who_wanted_to() -> None:
    bad = given("inductor", on(writable=False), installed=("torch",))
    assert explained(CACHES, bad) == ["caches.inductor"]
    assert explained(CACHES, given("inductor", on(), installed=("torch",))) == []
    assert CACHES.causes is not None
    (cause,) = CACHES.causes(bad)
    assert cause.explains(Answer("p", "raised", traceback="PermissionError: [Errno 13] Permission denied: '/c/x'"), frozenset())
    assert not cause.explains(Answer("p", "raised", traceback="PermissionError: [Errno 13] Permission denied: '/d'"), frozenset())
