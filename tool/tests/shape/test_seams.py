"""One place parses, one catches, one prints, one starts processes, one writes files."""

from __future__ import annotations

import ast
import re

from shape.source import MODULES, OURS, TEST_MODULES

STARTS = re.compile(r"os\.(exec\w+|fork|forkpty|system|popen|spawn\w+|posix_spawnp?)")
STARTERS = {"subprocess", "multiprocessing", "pty", "concurrent.futures"}
PARSERS = {"click", "argparse", "optparse", "getopt"}
WRITES = re.compile(r".*\.(write_text|write_bytes|symlink_to|hardlink_to)|os\.(replace|rename|symlink)|shutil\.(move|copy\w*)")
PROBLEMS = {"Problem", "WrongUsage", "WrongSpec", "CouldNotLook", "Missing", "CommandFailed", "DiskProblem", "DiskFull"}
CATCHES_ALL = {
    "cli",  # the one place
    "core.later",  # what another thread raised is raised again in the one that asks for its result
    "verbs._judge",  # a check that fails by its own mistake is a finding, and the others are still wanted
    "probes._run",  # whatever a probe raises is its answer
    "probes._hub",  # whatever fetching raises is how it ended
    "harness.turns",  # a setting that cannot be made leaves the user's script as it is
    "harness.effect",  # what cannot be read back is said
    "probes.hugging_face",  # a broken neighbour, whatever it raises, has a probe of its own
}
FORBIDDEN = ("unittest" + ".mock", "monkeypatch.set" + "attr", "patch.set" + "attr", "time." + "sleep")


def test_processes_are_started_in_one_file() -> None:
    starting = {m.name for m in OURS if m.imports() & STARTERS or any(STARTS.fullmatch(name) for name in m.calls())}
    assert starting == {"core.processes"}


def test_print_is_called_in_show_and_cli_alone() -> None:
    assert not {m.name for m in MODULES if "print" in m.calls() and m.folder != "show"} - {"cli"}


def test_the_command_line_is_parsed_in_one_file() -> None:
    assert {m.name for m in OURS if {name.split(".")[0] for name in m.imports()} & PARSERS} == {"cli"}


def test_everything_is_caught_in_one_file() -> None:
    """A handler that raises again catches nothing."""
    handlers = [(m, node) for m in MODULES for node in ast.walk(m.tree) if isinstance(node, ast.ExceptHandler)]
    wide = [(m, node) for m, node in handlers if node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")]
    assert {m.name for m, node in wide if not isinstance(node.body[-1], ast.Raise)} == CATCHES_ALL


def test_files_are_written_in_one_file() -> None:
    """But for the removal of what is kept, which renames it aside first: `Files.discard` is the door to it."""
    assert {m.name for m in OURS if any(WRITES.fullmatch(name) for name in m.calls())} == {"core.files", "core.removal"}


def test_what_stops_us_carries_a_code_and_an_instruction() -> None:
    calls = [(m, node) for m in OURS for node in ast.walk(m.tree) if isinstance(node, ast.Call)]
    stops = [(m, node) for m, node in calls if ast.unparse(node.func) in PROBLEMS]
    assert len(stops) > 20
    assert not [f"{m.name}:{node.lineno}" for m, node in stops if len(node.args) + len(node.keywords) != 3]


def test_tests_patch_nothing_of_ours_and_do_not_sleep() -> None:
    assert not [f"{m.name}: {word}" for m in TEST_MODULES for word in FORBIDDEN if word in m.text]


def test_every_test_can_fail() -> None:
    tests = [(m, node) for m in TEST_MODULES for node in m.functions() if node.name.startswith("test_")]
    assert not [f"{m.name}.{node.name}" for m, node in tests if not re.search(r"\bassert\b|\braises\(", ast.unparse(node))]
