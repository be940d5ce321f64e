from __future__ import annotations

from torch_starter.making.cache import in_words


def test_what_the_cache_lacks_is_named_as_far_as_a_line_goes() -> None:
    assert (
        in_words(["torch 2.14.1", "numpy 1.26.4"], 16)
        == "2 of 16 direct dependencies not in the cache: torch 2.14.1, numpy 1.26.4"
    )
    assert in_words([f"p{number} 1" for number in range(10)], 16).endswith("p7 1 and 2 more")


def test_where_every_direct_dependency_is_there_it_says_so() -> None:
    assert in_words([], 16) == "all 16 direct dependencies are in the cache"
