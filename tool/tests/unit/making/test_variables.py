from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.project import Project
from torch_starter.core.spec import Allocator, Cache, Spec, ThreadCount
from torch_starter.core.variables import THREADS
from torch_starter.making.variables import cache_path, for_environment, of_spec

PROJECT = Project(Path("/p"), "here")
HF = Cache(host="~/.cache/hf", container="/c", volume="v", variable="HF_HOME")
COUNTS = st.integers(1, 256).map(str)


def wanted(spec: Spec, user: dict[str, str] | None = None, cpus: int = 8, torch: str | None = "2.14.1") -> dict[str, str]:
    return of_spec(spec, PROJECT, {"HOME": "/home/me", **(user or {})}, cpus, torch)


@given(st.integers(1, 512), st.integers(1, 64), st.just("auto") | COUNTS)
def test_the_four_thread_counts_are_equal(cpus: int, maximum: int, count: str) -> None:
    found = wanted(Spec(threads=ThreadCount(count, maximum)), cpus=cpus)
    assert {found[name] for name in THREADS} == {str(min(cpus, maximum)) if count == "auto" else count}


@given(st.sampled_from(THREADS), COUNTS)
def test_the_four_thread_counts_follow_the_one_that_the_user_exports(name: str, count: str) -> None:
    assert {wanted(Spec(), {name: count})[other] for other in THREADS} == {count}


@given(st.dictionaries(st.sampled_from([*THREADS, "HF_HOME", "PYTHONHASHSEED"]), st.text(min_size=1)))
def test_what_the_user_exports_wins(user: dict[str, str]) -> None:
    spec = Spec(variables={"PYTHONHASHSEED": "random"}, caches={"hf": HF})
    assert wanted(spec, user).items() >= user.items()


@pytest.mark.parametrize(
    ("torch", "name"),
    [
        ("2.8.0+cu128", "PYTORCH_CUDA_ALLOC_CONF"),
        ("2.9.0", "PYTORCH_CUDA_ALLOC_CONF"),
        ("2.10.0", "PYTORCH_ALLOC_CONF"),
        ("2.14.1+cu130", "PYTORCH_ALLOC_CONF"),
    ],
)
def test_the_allocator_is_configured_by_the_name_that_this_torch_reads(torch: str, name: str) -> None:
    spec = Spec(allocator=Allocator("expandable_segments:True"))
    assert [key for key in wanted(spec, torch=torch) if "ALLOC" in key] == [name]


@pytest.mark.parametrize(("options", "torch"), [("", "2.14.1"), ("expandable_segments:True", None)])
def test_without_options_or_torch_the_allocator_is_left_alone(options: str, torch: str | None) -> None:
    assert not [key for key in wanted(Spec(allocator=Allocator(options)), torch=torch) if "ALLOC" in key]


@pytest.mark.parametrize(
    ("host", "path"), [("~/.cache/hf", "/home/me/.cache/hf"), ("~", "/home/me"), ("data", "/p/data"), ("/big", "/big")]
)
def test_a_cache_is_in_the_home_in_the_project_or_where_it_says(host: str, path: str) -> None:
    assert cache_path(Cache(host=host, container="", volume=""), PROJECT, "/home/me") == Path(path)


def test_a_cache_with_a_variable_is_pointed_to() -> None:
    assert wanted(Spec(caches={"hf": HF}))["HF_HOME"] == "/home/me/.cache/hf"


def test_a_program_in_an_environment_has_its_programs_first_and_nothing_of_another() -> None:
    user = {"PATH": "/bin", "PYTHONHOME": "/x", "CONDA_PREFIX": "/c", "VIRTUAL_ENV": "/other", "EDITOR": "vi"}
    found = for_environment(Path("/envs/a"), {"HF_HOME": "/h"}, user)
    assert found == {"PATH": "/envs/a/bin:/bin", "VIRTUAL_ENV": "/envs/a", "EDITOR": "vi", "HF_HOME": "/h"}
