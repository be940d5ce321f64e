"""An answer as it is shown: to a person, to a script, or as text for an issue; and its exit code."""

from __future__ import annotations

import sys

from torch_starter.core.problems import Problem
from torch_starter.core.report import Report, Stop
from torch_starter.show.terminal import console, show


def show_report(report: Report, as_json: bool, as_issue: bool = False) -> int:
    """Print a report to where it belongs, and answer with its exit code."""
    if as_json:
        from torch_starter.show.json_text import text

        sys.stdout.write(text(report))
    elif as_issue:
        from torch_starter.show import issue_text
        from torch_starter.show.redact import this_person

        console(sys.stdout)  # which lets no sign stop us that the output cannot carry
        sys.stdout.write(issue_text.text(report, this_person()))
    if as_json or as_issue or report.stop:
        if report.stop:
            show(report, console(sys.stderr))
    else:
        show(report, console(sys.stdout))
    return report.exit_code


def stop_report(command_name: str, problem: Problem) -> Report:
    """A report that only says what stopped us."""
    stop = Stop(problem.code, problem.message, problem.remedy)
    return Report(command=command_name, stop=stop, stop_exit_code=problem.exit_code)


def bug_report(command_name: str, error: Exception) -> Report:
    """A report of what should not have happened."""
    from torch_starter.core.own_mistake import our_own_bug

    return stop_report(command_name, our_own_bug(error))
