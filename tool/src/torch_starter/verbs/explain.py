"""`explain`: what a traceback or a log says, and whether its cause is found here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch_starter.core.ask import Ask
    from torch_starter.core.evidence import Evidence
    from torch_starter.core.kinds import Check
    from torch_starter.core.report import Report
    from torch_starter.core.signatures import Match

MOST = 4  # how many known failures one text is explained by
WIDTH = 100  # characters of a line that is shown


def run(ask: Ask) -> Report:
    from torch_starter.core.report import Finding, Report
    from torch_starter.core.signatures import matches, signatures

    found = [(name, match) for name, text in texts_of(ask) for match in matches(text)][:MOST]
    if not found:
        seen = f"none of the {len(signatures())} known failures is in this text: it may be a mistake in the program itself"
        unknown = Finding(
            id="explain.text", verdict="unknown", title="a known failure", seen=seen, remedy="./dev.sh verify-setup"
        )
        return Report(command="explain", findings=[unknown], conclusion="whether the environment is whole, verify-setup says")
    report = look(ask, [match for _, match in found])
    report.notes = [*(line for name, match in found for line in in_words(name, match)), *report.notes]
    report.conclusion = conclusion(report)
    return report


def texts_of(ask: Ask) -> list[tuple[str, str]]:
    """The files that are named with their texts, or what comes in; raises WrongUsage where there is nothing to read."""
    from pathlib import Path

    from torch_starter.core.problems import WrongUsage

    texts = []
    for name in ask.rest:
        text = ask.machine.files.read(Path(ask.machine.variables.get("PWD", ".")) / name)
        if text is None:
            raise WrongUsage("explain.file", f"{name} cannot be read", "name a file with a traceback or a log")
        texts.append((name, text))
    texts = texts or [("", ask.input())]
    if not any(text.strip() for _, text in texts):
        raise WrongUsage("explain.empty", "there is no text to explain", "./dev.sh explain < traceback.txt")
    return texts


def look(ask: Ask, found: Sequence[Match]) -> Report:
    """The findings of the checks that look for the causes; none where there is no environment to look at."""
    from torch_starter.core.report import Report
    from torch_starter.verbs import _judge, _plan, verify_setup
    from torch_starter.verbs._selection import selected_findings

    words = list(dict.fromkeys(word for match in found for word in match.signature.checks))
    if ask.text("python") is None and _plan.current(ask) is None:
        return Report(command="explain", notes=["There is no environment yet, so nothing was looked at: ./dev.sh setup"])
    subject = verify_setup.foreign(ask) if ask.text("python") else verify_setup.current(ask)
    judged = _judge.judge(ask, subject, concerned(words, _judge.all_checks()), "quick")  # reads no more files than it must
    report = Report(command="explain", findings=judged.findings, facts=ask.facts.as_dict())
    if judged.evidence:
        report.findings = selected_findings(judged.findings, words, ())
        report.notes = [line for match in found for line in missing_module(match, judged.evidence)]
    return report


def missing_module(match: Match, evidence: Evidence) -> Iterator[str]:
    """Of a module that was not found: whether a package here has it."""
    named = re.search(r"No module named '(\w+)", match.text)
    if match.signature.name != "missing-module" or not named:
        return
    owners = [name for name, each in evidence.installed.distributions.items() if named[1] in each.modules]
    if owners:
        yield f"{named[1]} is here, in {owners[0]} {evidence.installed.versions[owners[0]]}: another interpreter was started."
    else:
        yield f"{named[1]} is in none of the {len(evidence.installed.distributions)} packages here. Its package goes into"
        yield "pyproject.toml; then: ./dev.sh lock-update"


def concerned(words: Sequence[str], checks: Sequence[Check]) -> list[Check]:
    """The checks that words of signatures name."""
    from torch_starter.verbs._selection import concerns

    return [check for check in checks if any(concerns(word, check) for word in words)]


def in_words(name: str, match: Match) -> list[str]:
    """What one known failure means, with the place where it was found: a line of a file, or of what came in."""
    line = match.text if len(match.text) <= WIDTH else f"{match.text[:WIDTH]}..."
    known = match.signature
    place = f"{name}:{match.line}" if name else f"line {match.line}"
    return [f"{place}: {line}", f"  {known.name}: {known.says} ({known.source})", f"  usually mended by: {known.mend}"]


def conclusion(report: Report) -> str:
    """Whether the cause was found."""
    red = [finding.id for finding in report.findings if finding.verdict in ("fail", "crash", "warn")]
    if red:
        return f"its cause may be {', '.join(red)}"
    skipped = [finding.seen for finding in report.findings if finding.verdict == "skip"]
    if skipped and len(skipped) == len(report.findings):
        return f"nothing could be looked at here: {skipped[0]}"
    if skipped:
        return f"what could be looked at is well; the rest was not, since {skipped[0]}"
    return "the checks that look for its cause find nothing here now" if report.findings else ""


VERB = Verb(
    name="explain",
    summary="Say what a traceback or a log means, and look for its cause here.",
    example="./dev.sh explain < traceback.txt",
    run=run,
    rest="[FILE]...",
    options=(Option("python", "Look for the cause in this interpreter's environment instead of ours.", "path", "PATH"),),
)
