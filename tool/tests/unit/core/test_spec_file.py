from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shape.source import ROOT
from torch_starter.core.problems import Problem, WrongSpec
from torch_starter.core.spec import Spec
from torch_starter.core.spec_file import key_lines, load, overrides, read

COMMITTED = (ROOT / "torch-starter.toml").read_text()
ANY_NAME = ("variables.", "container.variables.", "container.ulimits.")  # tables in which every key is a known one
KEYS = [number for path, number in key_lines(COMMITTED).items() if not path.startswith(ANY_NAME)]
KEY_LINES = [number for number in KEYS if re.match(r"[a-z_]+ =", COMMITTED.splitlines()[number - 1])]


def refused(text: str, variables: dict[str, str] | None = None) -> str:
    with pytest.raises(WrongSpec) as stopped:
        load(text, variables or {})
    assert stopped.value.exit_code == 2
    assert stopped.value.remedy
    return stopped.value.message


def test_an_unknown_key_is_refused_with_its_line_and_the_nearest_known_one() -> None:
    message = refused('[python]\nversion = "3.12"\nextra = []\n')
    assert "line 3" in message
    assert "'extra' in [python]" in message
    assert "nearest is 'extras'" in message


def test_an_unknown_table_is_refused_with_its_line_and_the_nearest_known_one() -> None:
    message = refused("\n[containers]\n")
    assert "line 2" in message
    assert "nearest is 'container'" in message


def test_an_unknown_key_of_a_table_that_may_have_any_name_is_refused() -> None:
    assert "line 2: there is no key 'cude' in [accelerators.mine]; the nearest is 'cuda'" in refused(
        '[accelerators.mine]\ncude = "12.4"'
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('[container]\nmemory = "12 apples"', "container.memory is '12 apples': a size such as 12gb is wanted"),
        ('[verify]\ntimeout = "2 days"', "verify.timeout is '2 days': a time such as 120s is wanted"),
        ("[container]\nmemory = 12", "container.memory is 12: a size such as 12gb is wanted"),
        ('[container]\npids = "many"', "container.pids is 'many': a whole number from 1 is wanted"),
        ("[container]\nports = [0]", "container.ports is [0]: a list, each a port number is wanted"),
        ('[install]\ncompile_bytecode = "yes"', "install.compile_bytecode is 'yes': true or false is wanted"),
        ('[install]\nlink_mode = "magic"', "install.link_mode is 'magic': one of auto, copy, hardlink, clone, symlink is wanted"),
        ('[threads]\ncount = "0"', "threads.count is '0': \"auto\" or a number of threads is wanted"),
        ("\npython = 1", "python is 1: a table is wanted"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line_and_what_is_wanted(text: str, wanted: str) -> None:
    assert refused(text) == f"torch-starter.toml line 2: {wanted}"


def test_a_key_that_must_be_there_and_is_not_is_named() -> None:
    assert "volume" in refused('[caches.x]\nhost = "x"\ncontainer = "/x"')


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    assert "line 2" in refused('[python]\nversion = "3.12\n')


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(WrongSpec, match=r"there is no /p/torch-starter\.toml"):
        read(Path("/p/torch-starter.toml"), None, {})


def test_an_empty_text_is_the_default_spec() -> None:
    loaded = load("", {})
    assert loaded.spec == Spec()
    assert loaded.origin("container.memory") == "default"


def test_the_committed_spec_is_well() -> None:
    loaded = load(COMMITTED, {})
    assert list(loaded.spec.accelerators) == ["cu130", "cu128", "cu124", "cpu"]
    line = COMMITTED.splitlines().index('memory = "12gb"') + 1
    assert loaded.origin("container.memory") == f"torch-starter.toml line {line}"


def test_a_variable_wins_over_the_file_and_says_so() -> None:
    loaded = load(
        '[container]\nmemory = "1gb"', {"TORCH_STARTER_CONTAINER_MEMORY": "2gb", "TORCH_STARTER_CONTAINER_PORTS": "[1]"}
    )
    assert (loaded.spec.container.memory, loaded.spec.container.ports) == ("2gb", (1,))
    assert loaded.origin("container.memory") == "environment TORCH_STARTER_CONTAINER_MEMORY"


def test_a_variable_reaches_a_table_that_the_file_does_not_have() -> None:
    assert load("", {"TORCH_STARTER_THREADS_MAXIMUM": "7"}).spec.threads.maximum == 7


def test_a_wrong_value_of_a_variable_names_the_variable() -> None:
    assert "environment TORCH_STARTER_CONTAINER_PIDS" in refused("", {"TORCH_STARTER_CONTAINER_PIDS": "few"})


def test_a_variable_over_a_file_with_a_value_in_the_place_of_its_table_is_refused() -> None:
    assert "container is 5: a table is wanted" in refused("container = 5", {"TORCH_STARTER_CONTAINER_MEMORY": "1gb"})


def test_a_variable_that_holds_a_table_is_refused() -> None:
    assert "TORCH_STARTER_CONTAINER_MEMORY" in refused("", {"TORCH_STARTER_CONTAINER_MEMORY": "{a = 1}"})


def test_variables_that_name_no_value_are_left_alone() -> None:
    assert overrides({"TORCH_STARTER_ROOT": "/p", "TORCH_STARTER_ANSWERS": "3", "HOME": "/"}) == {}


def test_keys_with_dots_in_quotes_are_names() -> None:
    assert load('[variables]\n"a.b" = "c"', {}).spec.variables == {"a.b": "c"}


def test_lines_of_keys_are_those_of_toml_whatever_comments_hold() -> None:
    assert key_lines("# \x0b \u2028 \x85\n[python]\nversion = '3'\n") == {"python": 2, "python.version": 3}


@given(st.sampled_from(KEY_LINES), st.sampled_from("abxyz_"), st.integers(0, 30))
def test_any_letter_too_many_in_a_key_is_refused_naming_its_line(number: int, letter: str, position: int) -> None:
    lines = COMMITTED.splitlines()
    key, _, rest = lines[number - 1].partition(" =")
    lines[number - 1] = f"{key[:position]}{letter}{key[position:]} ={rest}"
    assert f"line {number}: there is no key" in refused("\n".join(lines))


@pytest.mark.parametrize("value", ["[" * 2000, "9" * 5000], ids=["deep", "long"])
def test_what_the_parser_of_toml_gives_up_on_is_refused(value: str) -> None:
    assert refused(f"a = {value}")


@given(st.text())
def test_no_text_raises_anything_but_a_problem(text: str) -> None:
    assert is_read_or_refused(text, {})


NAMES = st.sampled_from(
    ["python", "version", "container", "memory", "accelerators", "cuda", "variables", "caches", "x", '"a.b"', '""']
)
VALUES = st.sampled_from(
    ["1", "1.5", "nan", "true", '"a"', "[]", "[1]", '["a"]', "{}", "{a = 1}", "2020-01-01", str(2**70), '"12gb"']
)
LINES = st.one_of(
    st.builds("[{}]".format, NAMES),
    st.builds("[{}.{}]".format, NAMES, NAMES),
    st.builds("[[{}]]".format, NAMES),
    st.builds("{} = {}".format, NAMES, VALUES),
    st.builds("{}.{} = {}".format, NAMES, NAMES, VALUES),
)
VARIABLES = st.sampled_from(["TORCH_STARTER_CONTAINER_MEMORY", "TORCH_STARTER_PYTHON_VERSION", "TORCH_STARTER_SECURITY_DEBUG"])


@given(st.lists(LINES, max_size=6), st.dictionaries(VARIABLES, VALUES))
def test_no_toml_raises_anything_but_a_problem(lines: list[str], variables: dict[str, str]) -> None:
    assert is_read_or_refused("\n".join(lines), variables)


def is_read_or_refused(text: str, variables: dict[str, str]) -> bool:
    try:
        return isinstance(load(text, variables).spec, Spec)
    except Problem:
        return True
