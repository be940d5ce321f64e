"""The files that an answer is written to: a page, or Markdown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from torch_starter.core.files import LocalFiles
from torch_starter.core.problems import Problem, WrongUsage
from torch_starter.core.report import Report, Stop


@dataclass(frozen=True)
class Form:
    """A form that an answer can be written in: what it is called, the words by which a file of ours is known, and the writer."""

    option: str
    called: str
    ours: str
    text: Callable[[Report], str]


def as_page(report: Report) -> str:
    from torch_starter.show.html import page

    return page(report)


def as_markdown(report: Report) -> str:
    from torch_starter.show.markdown import text

    return text(report)


PAGE = Form("html", "page", '<meta name="generator" content="torch-starter', as_page)
MARKDOWN = Form("markdown", "Markdown", "<!-- torch-starter", as_markdown)

File = tuple[Form, Path]


def files_of(page: Path | None, markdown: Path | None) -> list[File]:
    """Where it is written to; raises WrongUsage where that cannot be, before minutes of work are lost."""
    asked = [(PAGE, page), (MARKDOWN, markdown)]
    return [(form, checked(form, path)) for form, path in asked if path is not None]


def checked(form: Form, path: Path) -> Path:
    """The path, where a file of this form can be written there; raises WrongUsage otherwise."""
    remedy = f"give a file in a folder of yours, such as --{form.option} report.{'md' if form is MARKDOWN else 'html'}"
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        why = "is a folder" if path.is_dir() else "is in a folder that is not there, or may not be written"
        raise WrongUsage(f"{form.option}.path", f"{path} {why}", remedy)
    before = LocalFiles().read(path)
    if before and form.ours not in before:
        raise WrongUsage(
            f"{form.option}.other", f"{path} is there, and is no {form.called} of ours", "give another name, or remove it first"
        )
    return path


def write(report: Report, files: Iterable[File]) -> None:
    """Write the report in each form, and say in the report where it is, or why it is not."""
    written = []
    for form, path in files:
        try:
            LocalFiles().write(path, form.text(report))
        except Problem as problem:
            report.stop, report.stop_exit_code = Stop(problem.code, problem.message, problem.remedy), problem.exit_code
        else:
            written.append(f"Written: {path}")
    report.notes = [*report.notes, *written]
