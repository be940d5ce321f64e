"""Correcting a variable in the spec keeps everything else as it is written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.making.spec_edit import with_values, with_variable

SPEC = """# one page
[python]
version = "3.12"   # the minor version

[variables]        # of everything that is started
PYTHONUNBUFFERED = "1"
PYTORCH_CUDA_ALOC_CONF = "x:1"  # mistyped

[threads]
count = "auto"
"""
NAMES = st.from_regex(r"[A-Z]{3,12}", fullmatch=True)


def variables(text: str) -> object:
    return tomllib.loads(text)["variables"]


def test_a_name_is_corrected_and_comments_stay() -> None:
    text = with_variable(SPEC, "PYTORCH_CUDA_ALOC_CONF", "PYTORCH_CUDA_ALLOC_CONF", None)
    assert variables(text) == {"PYTHONUNBUFFERED": "1", "PYTORCH_CUDA_ALLOC_CONF": "x:1"}
    assert "# the minor version" in text
    assert "# of everything that is started" in text


def test_a_right_one_that_is_there_wins() -> None:
    text = SPEC.replace("[threads]", 'PYTORCH_CUDA_ALLOC_CONF = "y:2"\n[threads]')
    mended = with_variable(text, "PYTORCH_CUDA_ALOC_CONF", "PYTORCH_CUDA_ALLOC_CONF", None)
    assert variables(mended) == {"PYTHONUNBUFFERED": "1", "PYTORCH_CUDA_ALLOC_CONF": "y:2"}


def test_a_value_is_corrected_and_a_line_goes() -> None:
    assert variables(with_variable(SPEC, "PYTHONUNBUFFERED", "", "0")) == {
        "PYTHONUNBUFFERED": "0",
        "PYTORCH_CUDA_ALOC_CONF": "x:1",
    }
    assert variables(with_variable(SPEC, "PYTHONUNBUFFERED", "", None)) == {"PYTORCH_CUDA_ALOC_CONF": "x:1"}


def test_what_is_not_there_changes_nothing() -> None:
    assert with_variable(SPEC, "OTHER", "ANOTHER", None) == SPEC
    assert with_variable("", "OTHER", "ANOTHER", None) == ""


@pytest.mark.parametrize("spec", [SPEC, "[python]\n"], ids=["there", "new"])
def test_lines_end_as_they_did(spec: str) -> None:
    text = spec.replace("\n", "\r\n")
    for changed in (with_values(text, {"A": "1"}, "2"), with_variable(text, "PYTHONUNBUFFERED", "OTHER", None)):
        assert changed.count("\n") == changed.count("\r\n")
        assert tomllib.loads(changed)
    assert with_values(text, {"A": "1"}, "2").replace("\r\n", "\n") == with_values(spec, {"A": "1"}, "2")


def test_of_mixed_line_ends_none_is_changed() -> None:
    assert with_variable("[variables]\r\nA = '1'\n# x\r\n", "A", "", "2") == '[variables]\r\nA = "2"\n# x\r\n'


@given(st.dictionaries(NAMES, st.text(min_size=1, max_size=8), min_size=1, max_size=5), st.data(), NAMES)
def test_only_the_one_variable_changes(table: dict[str, str], data: st.DataObject, other: str) -> None:
    import tomlkit

    name = data.draw(st.sampled_from(sorted(table)))
    text = with_variable(tomlkit.dumps({"variables": table}), name, other, None)
    rest = {key: value for key, value in table.items() if key != name}
    assert tomllib.loads(text)["variables"] == ({**rest, other: table.get(other, table[name])} if other != name else {**rest})
