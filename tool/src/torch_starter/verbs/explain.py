"""`explain`: what a traceback or a log says, and whether its cause is found here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch_starter.core.ask import Ask
    from torch_starter.core.kinds import Check
    from torch_starter.core.report import Report
    from torch_starter.core.signatures import Match

MOST = 4  # how many known failures one text is explained by
WIDTH = 100  # characters of a line that is shown


def run(ask: Ask) -> Report:
    from torch_starter.core.report import Finding, Report
    from torch_starter.core.signatures import matches

    found = list(matches(text_of(ask)))[:MOST]
    if not found:
        seen = "none of the known failures is in this text"
        unknown = Finding(
            id="explain", verdict="unknown", title="what the text says", seen=seen, remedy="./dev.sh verify-setup --full"
        )
        return Report(command="explain", findings=[unknown])
    report = look(ask, found)
    report.notes = [*(line for match in found for line in in_words(match)), *report.notes]
    report.conclusion = conclusion(report)
    return report


def text_of(ask: Ask) -> str:
    """The files that are named, or what comes in; raises WrongUsage where there is nothing to read."""
    from pathlib import Path

    from torch_starter.core.problems import WrongUsage

    parts = []
    for name in ask.rest:
        text = ask.machine.files.read(Path(ask.machine.variables.get("PWD", ".")) / name)
        if text is None:
            raise WrongUsage("explain.file", f"{name} cannot be read", "name a file with a traceback or a log")
        parts.append(text)
    text = "\n".join(parts) if parts else ask.input()
    if not text.strip():
        raise WrongUsage("explain.empty", "there is no text to explain", "./dev.sh explain < traceback.txt")
    return text


def look(ask: Ask, found: Sequence[Match]) -> Report:
    """The findings of the checks that look for the causes; none where there is no environment to look at."""
    from torch_starter.core.report import Report
    from torch_starter.verbs import _judge, _plan, verify_setup
    from torch_starter.verbs._selection import selected_findings

    words = list(dict.fromkeys(word for match in found for word in match.signature.checks))
    if ask.text("python") is None and _plan.current(ask) is None:
        return Report(command="explain", notes=["There is no environment yet, so nothing was looked at: ./dev.sh setup"])
    subject = verify_setup.foreign(ask) if ask.text("python") else verify_setup.current(ask)
    judged = _judge.judge(ask, subject, concerned(words, _judge.all_checks()))
    findings = selected_findings(judged.findings, words, ()) if judged.evidence else judged.findings
    return Report(command="explain", findings=findings, facts=ask.facts.as_dict())


def concerned(words: Sequence[str], checks: Sequence[Check]) -> list[Check]:
    """The checks that words of signatures name."""
    from torch_starter.verbs._selection import concerns

    return [check for check in checks if any(concerns(word, check) for word in words)]


def in_words(match: Match) -> list[str]:
    """What one known failure means."""
    line = match.text if len(match.text) <= WIDTH else f"{match.text[:WIDTH]}..."
    known = match.signature
    return [f"line {match.line}: {line}", f"  {known.name}: {known.says} ({known.source})", f"  usually mended by: {known.mend}"]


def conclusion(report: Report) -> str:
    """Whether the cause was found."""
    red = [finding.id for finding in report.findings if finding.verdict in ("fail", "crash", "warn")]
    if red:
        return f"its cause may be {', '.join(red)}"
    return "the checks that look for its cause find nothing here now" if report.findings else ""


VERB = Verb(
    name="explain",
    summary="Say what a traceback or a log means, and look for its cause here.",
    example="./dev.sh explain < traceback.txt",
    run=run,
    rest="[FILE]...",
    options=(Option("python", "Look for the cause in this interpreter's environment instead of ours.", "path", "PATH"),),
)
