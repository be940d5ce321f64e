"""`test`: the tests of your own code in tests/, and those of the tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report

VALUED = {"-k", "-m", "-p", "-c", "-o", "-W", "-n", "-r", "--ignore", "--ignore-glob", "--deselect", "--rootdir", "--confcutdir"}
VALUED |= {"--basetemp", "--junitxml", "--junit-xml", "--cov", "--cov-config", "--log-file", "--config-file"}  # a path may follow


def run(ask: Ask) -> Report:
    """Yours run in the target, the tool's in an environment of their own, and first. What is no path is an option of pytest."""
    from torch_starter.core.problems import WrongUsage
    from torch_starter.core.report import Report
    from torch_starter.verbs import _testing, _tool_tests

    paths, options = parted(ask)
    ours = [path for path in paths if path.startswith("tool/")]
    theirs = [path for path in paths if path not in ours]
    if ask.flag("changed") and ours:
        raise WrongUsage("test.changed", "--changed chooses among the tests of your own code", f"./dev.sh test {' '.join(ours)}")
    report = Report(command="test")
    all_ours = not paths and (ask.project.root / "tool" / "tests").is_dir() and not ask.flag("changed")
    if ours or all_ours:
        report = _tool_tests.run(ask, ours, options)
    all_theirs = not paths and ((ask.project.root / "tests").is_dir() or not all_ours)
    if report.exit_code == 0 and (theirs or all_theirs):
        yours = _testing.run(ask, theirs, options)
        yours.findings = [*report.findings, *yours.findings]
        report = yours
    return report


def parted(ask: Ask) -> tuple[list[str], list[str]]:
    """The words that name tests, and the options of pytest with their values, each in their order; raises WrongUsage.

    Before any option each word is a path; behind one, what is there: a file, a folder, or one test in a file.
    """
    from torch_starter.core.problems import WrongUsage

    paths: list[str] = []
    options: list[str] = []
    for before, word in zip(("", *ask.rest), ask.rest, strict=False):
        if not word and before not in VALUED:
            raise WrongUsage("test.missing", "a word is empty, and names no test", "./dev.sh test tests")
        named = not word.startswith("-") and (not options or (ask.project.root / word.split("::")[0]).exists())
        (paths if named and before not in VALUED else options).append(word)
    return paths, options


VERB = Verb(
    name="test",
    summary="Run the tests: the tool's in tool/tests, and yours in tests/ where there are any.",
    example="./dev.sh test --changed",
    run=run,
    options=(Option("changed", "Run those of your tests alone that a change since the last such run may reach.", "flag"),),
    rest="[PATHS]... [PYTEST OPTIONS]...",
    programs_options=True,
)
