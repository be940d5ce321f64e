"""Where a page is written to."""

from __future__ import annotations

import os
from pathlib import Path

from torch_starter.core.files import LocalFiles
from torch_starter.core.problems import Problem, WrongUsage
from torch_starter.core.report import Report, Stop

MADE_BY_US = '<meta name="generator" content="torch-starter'


def page_path(path: Path | None) -> Path | None:
    """The path, where a page can be written there; raises WrongUsage otherwise, before minutes of work are lost."""
    if path is None:
        return None
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        why = "is a folder" if path.is_dir() else "is in a folder that is not there, or may not be written"
        raise WrongUsage("html.path", f"{path} {why}", "give a file in a folder of yours, such as --html report.html")
    before = LocalFiles().read(path)
    if before and MADE_BY_US not in before:
        raise WrongUsage("html.other", f"{path} is there, and is no page of ours", "give another name, or remove it first")
    return path


def write_page(report: Report, path: Path) -> None:
    """Write the report as a page, and say in the report where it is, or why it is not."""
    from torch_starter.show.html import page

    try:
        LocalFiles().write(path, page(report))
    except Problem as problem:
        report.stop, report.stop_exit_code = Stop(problem.code, problem.message, problem.remedy), problem.exit_code
    else:
        report.notes = [*report.notes, f"Written: {path}"]
