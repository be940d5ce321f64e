"""The runner inside the target, as a real process: whatever a probe does becomes its answer."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest

from unit.probe_runs import EXIT, HANG, NOISE, SEGFAULT, VANISH, Bench

WELL = "def probe():\n    return {'seen': 'well'}\n"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize("fork", [True, False], ids=["forked", "fresh"])
def test_what_a_probe_returns_is_its_value(bench: Bench, fork: bool) -> None:
    bench.write("x", WELL)
    run = bench.run(bench.request("x", "json"), fork=fork)
    answer = run.answers["x"]
    assert (answer.ok, answer.value, run.done.code) == (True, {"seen": "well"}, 0)
    assert answer.seconds >= run.imported["x"]["seconds"] >= 0


@pytest.mark.parametrize("fork", [True, False], ids=["forked", "fresh"])
def test_an_error_is_told_with_its_traceback(bench: Bench, fork: bool) -> None:
    bench.write("x", "def probe():\n    raise ValueError('wrong')\n")
    answer = bench.run(bench.request("x"), fork=fork).answers["x"]
    assert (answer.outcome, answer.error_type, answer.error, answer.value) == ("raised", "ValueError", "wrong", {})
    assert 'x.py", line 2, in probe' in answer.traceback


def test_a_crash_takes_nobody_else_along(bench: Bench) -> None:
    bench.write("crasher", SEGFAULT)
    bench.write("x", WELL)
    run = bench.run(bench.request("imports", "crasher"), bench.request("x"))
    assert (run.answers["imports"].outcome, run.answers["imports"].signal) == ("crashed", signal.SIGSEGV)
    assert (run.answers["x"].outcome, run.done.code) == ("ok", 0)


def test_a_crash_in_a_fresh_interpreter_is_the_end_of_that(bench: Bench) -> None:
    bench.write("crasher", SEGFAULT)
    run = bench.run(bench.request("imports", "crasher"), fork=False)
    assert (run.answers, run.done.code) == ({}, -signal.SIGSEGV)


@pytest.mark.parametrize("fork", [True, False], ids=["forked", "fresh"])
def test_a_hang_is_ended_and_says_where_it_was(bench: Bench, fork: bool) -> None:
    bench.write("hanger", HANG)
    run = bench.run(bench.request("imports", "hanger", timeout=1), fork=fork)
    told = run.answers["imports"].err if fork else run.done.err
    assert "Timeout (0:00:01)!" in told
    assert 'hanger.py", line 2' in told
    assert not fork or run.answers["imports"].outcome == "hung"


def test_one_that_hangs_does_not_hold_up_the_others(bench: Bench) -> None:
    bench.write("hanger", HANG)
    bench.write("x", WELL)
    run = bench.run(bench.request("imports", "hanger", timeout=1), bench.request("x"), jobs=1)
    assert {name: answer.outcome for name, answer in run.answers.items()} == {"imports": "hung", "x": "ok"}


def test_what_an_import_prints_is_told_apart_and_disturbs_nothing(bench: Bench) -> None:
    bench.write("noisy", NOISE)
    bench.write("x", "def probe():\n    print('noise of use')\n    return {}\n")
    run = bench.run(bench.request("x", "noisy"))
    answer = run.answers["x"]
    assert (answer.ok, answer.out) == (True, "noise at import\nnoise of use\n")
    assert run.imported["x"]["printed"] == len("noise at import\n")


@pytest.mark.parametrize("fork", [True, False], ids=["forked", "fresh"])
def test_an_exit_at_import_is_an_error(bench: Bench, fork: bool) -> None:
    bench.write("leaver", EXIT)
    run = bench.run(bench.request("imports", "leaver"), fork=fork)
    answer = run.answers["imports"]
    assert (answer.outcome, answer.error_type, answer.error, run.imported) == ("raised", "SystemExit", "leaving", {})


@pytest.mark.parametrize("fork", [True, False], ids=["forked", "fresh"])
def test_that_an_import_was_done_is_known_also_where_its_use_ends_the_process(bench: Bench, fork: bool) -> None:
    bench.write("x", f"def probe():\n    {SEGFAULT.replace(chr(10), chr(10) + '    ')}")
    run = bench.run(bench.request("x", "json"), fork=fork)
    assert list(run.imported) == ["x"]
    assert run.answers["x"].signal == signal.SIGSEGV if fork else run.done.code == -signal.SIGSEGV


def test_a_process_that_just_ends_is_a_crash_without_a_signal(bench: Bench) -> None:
    bench.write("vanisher", VANISH)
    answer = bench.run(bench.request("imports", "vanisher")).answers["imports"]
    assert (answer.outcome, answer.signal) == ("crashed", 0)


def test_what_a_probe_leaves_behind_is_ended(bench: Bench) -> None:
    code = f"[sys.executable, '-c', {HANG!r}]"
    bench.write("x", f"import subprocess, sys\ndef probe():\n    return {{'pid': subprocess.Popen({code}).pid}}\n")
    answer = bench.run(bench.request("x")).answers["x"]
    assert answer.ok
    assert not psutil.pid_exists(answer.value["pid"]) or psutil.Process(answer.value["pid"]).status() == psutil.STATUS_ZOMBIE


def test_a_value_that_is_no_json_is_an_error(bench: Bench) -> None:
    bench.write("x", "def probe():\n    return {'a': object()}\n")
    answer = bench.run(bench.request("x")).answers["x"]
    assert (answer.outcome, answer.error_type) == ("raised", "TypeError")


@pytest.mark.parametrize("fork", [True, False], ids=["forked", "fresh"])
def test_names_that_are_no_text_arrive_as_text(bench: Bench, fork: bool) -> None:
    """A file name that is not UTF-8 has half a surrogate pair in Python, which no terminal takes."""
    bench.write("x", "import os\ndef probe():\n    raise OSError(os.fsdecode(b'caf\\xe9'))\n")
    assert bench.run(bench.request("x"), fork=fork).answers["x"].error.encode() == b"caf?"


def test_long_output_is_cut_from_its_beginning(bench: Bench) -> None:
    bench.write("x", "def probe():\n    print('a' * 10000 + 'the end')\n    return {}\n")
    out = bench.run(bench.request("x")).answers["x"].out
    assert (len(out), out[-8:]) == (4000, "the end\n")


def test_the_folder_of_the_runner_does_not_shadow_modules_of_the_target(bench: Bench) -> None:
    """There is a probe file packages.py beside the runner."""
    bench.write("packages", "mine = True\n")
    bench.write("x", "def probe():\n    import packages\n    return {'file': packages.__file__}\n")
    assert bench.run(bench.request("x")).answers["x"].value == {"file": str(bench.folder / "packages.py")}


def test_many_probes_with_much_to_say_have_an_answer_each(bench: Bench) -> None:
    """Lines longer than a pipe takes at once must not be mixed with those of another."""
    names = [f"x{number}" for number in range(30)]
    for name in names:
        bench.write(name, "def probe():\n    print('out ' * 2000)\n    return {'long': 'value ' * 20000}\n")
    run = bench.run(*(bench.request(name, "json") for name in names), jobs=4)
    assert sorted(run.answers) == sorted(names)
    assert all(answer.ok for answer in run.answers.values())
    assert sorted(run.imported) == sorted(names)


def shared(bench: Bench, *functions: str) -> list[dict[str, object]]:
    """Requests for the functions of one probe file that says IN_TURN."""
    bodies = {
        "first": "import os; return {'pid': os.getpid()}",
        "second": "import os; print('from the second'); return {'pid': os.getpid()}",
        "raising": "raise ValueError('no')",
        "ending": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    }
    text = "IN_TURN = True\n" + "".join(f"def {name}():\n    {body}\n" for name, body in bodies.items())
    file = str(bench.write("shared", text))
    return [{"name": f"shared.{each}", "module": "", "file": file, "function": each, "timeout": 20} for each in functions]


def test_the_probes_of_a_file_that_says_so_share_a_process(bench: Bench) -> None:
    answers = bench.run(*shared(bench, "first", "raising", "second")).answers
    assert answers["shared.first"].value == answers["shared.second"].value
    assert answers["shared.raising"].error_type == "ValueError"
    assert [answers[f"shared.{name}"].out for name in ("first", "second")] == ["", "from the second\n"]


def test_what_stands_behind_a_crash_in_a_shared_process_has_no_answer_here(bench: Bench) -> None:
    answers = bench.run(*shared(bench, "first", "ending", "second")).answers
    assert {name: answer.outcome for name, answer in answers.items()} == {"shared.first": "ok", "shared.ending": "crashed"}
    assert answers["shared.ending"].signal == signal.SIGSEGV
