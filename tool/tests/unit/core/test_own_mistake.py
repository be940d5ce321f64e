"""A mistake of ours is told whatever is in it, and also where no log of it can be written."""

from __future__ import annotations

from pathlib import Path

from torch_starter.core.own_mistake import our_own_bug


def raised(text: str) -> ValueError:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def test_the_log_is_named_and_holds_the_traceback(tmp_path: Path) -> None:
    problem = our_own_bug(raised("no way"), tmp_path)
    (log,) = tmp_path.iterdir()
    assert (problem.exit_code, problem.remedy) == (70, f"report it with {log}")
    assert problem.message == "a mistake of torch-starter itself: ValueError: no way"
    assert "in raised" in log.read_text()


def test_a_name_that_is_no_text_is_written_as_escapes(tmp_path: Path) -> None:
    problem = our_own_bug(raised("a\udcff.py"), tmp_path)
    (log,) = tmp_path.iterdir()
    assert r"a\udcff.py" in log.read_text(encoding="utf-8")
    assert problem.message.endswith(r"a\udcff.py")


def test_where_no_log_can_be_written_the_end_of_the_traceback_is_told(tmp_path: Path) -> None:
    problem = our_own_bug(raised("no way"), tmp_path / "absent")
    assert "no log of it can be written (No such file or directory)" in problem.message
    assert "in raised" in problem.message
    assert problem.message.endswith("ValueError: no way")
    assert problem.remedy == "report it with these lines"
