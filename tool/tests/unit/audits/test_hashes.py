"""Requirements that may be another file tomorrow."""

from __future__ import annotations

import pytest

from torch_starter.audits.hashes import followed, unhashed

HASH = "--hash=sha256:" + "0" * 64
SHA1 = "0123456789" * 4
GOOD = [
    f"numpy==1.26.4 {HASH}",
    f"numpy==1.26.4 \\\n    {HASH} \\\n    {HASH}",
    f"numpy==1.26.4 ; python_version < '3.13' \\\n    {HASH}",
    f"numpy[extra]==1.26.4 {HASH}  # why",
    f"one @ https://example.org/one-1.0.zip#sha256={'0' * 64}",
    f"https://example.org/one-1.0.zip {HASH}",
    f"one @ git+https://example.org/one@{SHA1}",
    f"git+ssh://git@example.org/one@{SHA1}#egg=one",
    "-e .",
    "./packages/one",
]
BAD = {
    "numpy==1.26.4": "numpy==1.26.4 has no hash",
    "numpy": "numpy names no version",
    "numpy>=1.26": "numpy>=1.26 names no version",
    "numpy==1.*": "numpy==1.* names no version",
    f"numpy>=1.26 {HASH}": "numpy>=1.26 names no version",
    "one @ https://example.org/one-1.0.zip": "one @ https://example.org/one-1.0.zip has no hash",
    "one @ git+https://example.org/one@main": "one @ git+https://example.org/one@main names no commit",
    "-e git+https://example.org/one": "git+https://example.org/one names no commit",
    "one @ https://user:word@example.org/one.zip?key=word": "one @ https://...@example.org/one.zip has no hash",
}


@pytest.mark.parametrize("text", GOOD)
def test_what_is_fixed_is_well(text: str) -> None:
    assert unhashed(text) == (1, [])


@pytest.mark.parametrize(("text", "seen"), BAD.items())
def test_what_is_not_fixed_is_told_without_passwords(text: str, seen: str) -> None:
    count, found = unhashed(text)
    assert (count, [each.seen for each in found]) == (1, [seen])
    assert found[0].remedy


def test_options_and_comments_are_no_requirements_and_lines_are_counted() -> None:
    text = f"# locked\n--index-url https://example.org/simple\n-r other.txt\n\nnumpy==1 \\\n  {HASH}\ntorch==2\n"
    count, found = unhashed(text)
    assert (count, [(each.line, each.seen) for each in found]) == (2, [(7, "torch==2 has no hash")])


def test_files_that_a_file_names_are_known_and_constraints_are_none_of_them() -> None:
    text = "-r a.txt\n-rb.txt  # why\n--requirement=c/d.txt\n--requirement \\\n  'e f.txt'\n-c g.txt\n--constraint h.txt\n-e .\n"
    assert [*followed(text)] == [(1, "a.txt"), (2, "b.txt"), (3, "c/d.txt"), (4, "e f.txt")]
