"""What is tried of allocators and huge pages, and why not."""

from __future__ import annotations

import pytest

from torch_starter.settings.allocator import SETTING as ALLOCATOR
from torch_starter.settings.allocator_library import SETTING as LIBRARY
from torch_starter.settings.huge_pages import SETTING as PAGES
from unit.settings.subjects import LIBRARIES, absent, subject, told, values

TUNED = "background_thread:true,dirty_decay_ms:-1,muzzy_decay_ms:-1,metadata_thp:auto,oversize_threshold:0"


def test_libraries_go_before_what_is_preloaded_already() -> None:
    found = values(ALLOCATOR, subject(libraries=LIBRARIES))
    assert list(found) == ["tcmalloc", "jemalloc", "glibc, keeps all"]
    assert found["tcmalloc"].variables["+LD_PRELOAD"] == LIBRARIES["tcmalloc"]
    assert found["jemalloc"].variables["+LD_PRELOAD"] == LIBRARIES["jemalloc"]
    assert {"dirty_decay_ms:-1", "background_thread:true"} < set(found["jemalloc"].variables["MALLOC_CONF"].split(","))


def test_without_a_library_the_c_library_is_told_to_keep_what_it_has() -> None:
    (value,) = values(ALLOCATOR, subject()).values()
    assert value.label == "glibc, keeps all"
    assert {name: int(text) for name, text in value.variables.items()} == {
        "MALLOC_MMAP_THRESHOLD_": 1 << 30,
        "MALLOC_TRIM_THRESHOLD_": 1 << 40,
        "MALLOC_TOP_PAD_": 64 << 20,
    }


@pytest.mark.parametrize("version", ["2.17", "2.35", ""])
def test_an_older_one_is_told_no_more_than_it_takes(version: str) -> None:
    (value,) = values(ALLOCATOR, subject(told(effect={"glibc": version}))).values()
    assert value.label == "glibc, keeps up to 32 MiB"
    assert value.variables["MALLOC_MMAP_THRESHOLD_"] == str(32 << 20)


def test_what_is_in_effect_is_not_tried_and_others_are() -> None:
    of = subject(told(effect={"malloc": "libtcmalloc_minimal.so.4.5.10"}), libraries=LIBRARIES)
    assert list(values(ALLOCATOR, of)) == ["jemalloc", "mimalloc"]


def test_another_c_library_keeps_nothing_by_variables_of_glibc() -> None:
    assert "no other allocator" in absent(ALLOCATOR, subject(told(effect={"malloc": "ld-musl-x86_64.so.1"})))
    assert "no other allocator" in absent(ALLOCATOR, subject(libc="musl"))


@pytest.mark.parametrize(
    ("effect", "label"),
    [
        ({"malloc": "libjemalloc.so.2", "jemalloc": TUNED}, "jemalloc"),
        (
            {"malloc": "libjemalloc.so.2", "jemalloc": TUNED.replace("dirty_decay_ms:-1", "dirty_decay_ms:0")},
            "jemalloc, other options",
        ),
        ({"malloc": "libjemalloc.so.2"}, "jemalloc, other options"),
        ({"malloc": "libmimalloc-secure.so.2"}, "mimalloc"),
        ({"malloc": "libc.so.6", "glibc keeps": "little"}, "glibc, keeps little"),
        ({"malloc": "libc.so.6", "jemalloc": TUNED, "glibc keeps": "all"}, "glibc, keeps all"),
        ({"malloc": "ld-musl-x86_64.so.1"}, "ld-musl-x86_64.so.1"),
    ],
)
def test_the_library_that_is_called_is_read_back_not_one_that_is_loaded(effect: dict[str, str], label: str) -> None:
    assert ALLOCATOR.read(effect) == label


def test_what_is_not_installed_is_suggested_where_it_would_help() -> None:
    assert "little" in absent(LIBRARY, subject(bounds={"memory": 0.05}))
    assert list(values(LIBRARY, subject(bounds={"memory": 0.2}))) == ["libtcmalloc-minimal4, libjemalloc2"]
    one = {"tcmalloc": LIBRARIES["tcmalloc"]}
    assert list(values(LIBRARY, subject(bounds={"memory": 0.2}, libraries=one))) == ["libjemalloc2"]
    assert "installed" in absent(LIBRARY, subject(bounds={"memory": 0.2}, libraries=LIBRARIES))


def test_huge_pages_are_asked_for_by_the_c_library_or_by_torch() -> None:
    assert {label: each.variables for label, each in values(PAGES, subject()).items()} == {
        "malloc": {"+GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"},
        "tensors": {"THP_MEM_ALLOC_ENABLE": "1"},
    }


@pytest.mark.parametrize("effect", [{"glibc": "2.34"}, {"malloc": "libjemalloc.so.2"}], ids=["too old", "another allocator"])
def test_the_c_library_is_not_asked_where_it_would_not_answer(effect: dict[str, str]) -> None:
    assert list(values(PAGES, subject(told(effect=effect)))) == ["tensors"]


@pytest.mark.parametrize(("offered", "why"), [("always", "already"), ("never", "makes none"), ("", "does not tell")])
def test_the_kernel_has_to_make_them_for_who_asks(offered: str, why: str) -> None:
    assert why in absent(PAGES, subject(huge_pages=offered))


def test_an_old_torch_asks_for_none() -> None:
    assert "neither" in absent(PAGES, subject(told(effect={"glibc": "2.31"}), torch="2.0.1"))
    assert "already" in absent(PAGES, subject(told(effect={"glibc": "2.31", "huge pages": "tensors"})))
