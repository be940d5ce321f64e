"""What all looks of an answer share: the signs of verdicts, the sentence on top, and words that are safe to show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import msgspec

from torch_starter.core.profile import Stacks
from torch_starter.core.report import Finding, Report, Verdict
from torch_starter.core.units import human_size, memory_size
from torch_starter.show._proof_words import headline

LOUDEST: tuple[Verdict, ...] = ("crash", "fail", "unknown", "warn", "ok", "skip")
WELL: tuple[Verdict, ...] = ("ok", "skip")
SIGNS: dict[Verdict, str] = {"ok": "✓", "warn": "!", "fail": "✗", "crash": "✗", "unknown": "?", "skip": "-"}
THIN = "\N{NARROW NO-BREAK SPACE}"  # between thousands
UNITS = {"us": "µs"}  # as people write them
COUNTED: dict[Verdict, str] = {"skip": "skipped"}  # where the word for several is not the verdict itself

# control codes of terminals, and the signs that turn the direction of the text around them
CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b.?|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
COMMAND = re.compile(r"(?:[A-Z_]+=\S+ |sudo )*(?:[./~][\w./-]+|[a-z][a-z0-9-]*)(?= |$)")
PROGRAMS = frozenset(
    (
        *("apt", "chmod", "chown", "conda", "docker", "export", "git", "kill", "ln", "mkdir", "mount", "mv", "nvidia-smi", "pip"),
        *("pip3", "rm", "sudo", "ulimit", "unset", "uv"),
    )
)


def plain(text: str) -> str:
    """Without the control codes that a program may have put into its words."""
    return CONTROL.sub("", text)


def plain_finding(finding: Finding, encoding: str = "utf-8") -> Finding:
    """A finding in plain words, and in signs that the output can carry."""
    names = ("id", "title", "seen", "wanted", "remedy")
    words = {name: plain(getattr(finding, name)).encode(encoding, "replace").decode(encoding) for name in names}
    return msgspec.structs.replace(finding, **words)


def by_group(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings of each group, in the order in which they came."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.group, []).append(finding)
    return groups


def loudest(findings: Iterable[Finding]) -> Verdict:
    """The verdict that a person must hear of several."""
    return min((finding.verdict for finding in findings), key=LOUDEST.index)


def short_id(finding: Finding) -> str:
    """The id without its group."""
    return finding.id.removeprefix(f"{finding.group}.")


def counted(findings: Iterable[Finding]) -> list[tuple[Verdict, str]]:
    """How many there are of what, the loudest first: [("fail", "2 fail"), ("ok", "70 ok")]."""
    counts = Counter(finding.verdict for finding in findings)
    return [(verdict, f"{counts[verdict]} {COUNTED.get(verdict, verdict)}") for verdict in LOUDEST if counts[verdict]]


def sentence(report: Report) -> str:
    """What the whole report says, in one sentence."""
    counts = Counter(finding.verdict for finding in report.findings)
    wrong, unseen, warned = counts["fail"] + counts["crash"], counts["unknown"], counts["warn"]
    if report.stop:
        return "It was stopped"
    if report.profile is not None:
        return of_profile(report)
    if wrong:
        return "One thing is wrong" if wrong == 1 else f"{wrong} things are wrong"
    if unseen:
        return "One thing could not be looked at" if unseen == 1 else f"{unseen} things could not be looked at"
    if warned:
        return "It works, with one warning" if warned == 1 else f"It works, with {warned} warnings"
    if report.proof is not None:
        return headline(report.proof)
    if report.conclusion and (report.history or (report.measured and any(each.processes for each in report.measurements))):
        return report.conclusion[0].upper() + report.conclusion[1:]
    return "All is well" if report.findings else "Done"


def advised(report: Report) -> list[Finding]:
    """What a profile has found: what is wrong first, then what is advised, the largest gain first."""
    told = [finding for finding in report.findings if finding.verdict not in WELL]
    return sorted(told, key=lambda each: (each.gain is not None, -(each.gain or 0)))


def of_profile(report: Report) -> str:
    """All of a profile in a sentence, without its end."""
    found = advised(report)
    if found:
        words = " ".join(plain(found[0].title).split()).rstrip(".")
        return words[:1].upper() + words[1:]
    if report.profile is not None and report.profile.main.ended == "attached":
        return of_attached(report.profile.main.stacks)
    smaller = report.profile is not None and report.profile.of == "memory"
    return f"Nothing is found that makes it 5{THIN}% {'smaller' if smaller else 'faster'}"


def of_attached(stacks: Stacks) -> str:
    """Of a process that was looked at from outside: the line that holds most."""
    for at, seconds in stacks.lines().items():
        name = plain(f"{at.file.rsplit('/', 1)[-1]}:{at.line}")
        return f"{100 * seconds / stacks.seconds:.0f}{THIN}% of its time is in {name}"
    return "It was looked at from outside"


def in_markdown(words: str) -> str:
    """Words that are nothing but words in Markdown, on one line."""
    spaced = " ".join(plain(words).split())
    return spaced.replace("|", "\\|").replace("<", "&lt;")


def number(value: float) -> str:
    """Four digits that matter, the thousands apart."""
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", THIN)
    return f"{value:.4g}"


def against(value: float, limit: float, unit: str) -> str:
    """A number and its limit; the unit once where it is a word."""
    words = quantity(limit, unit)
    return f"{quantity(value, unit)} of {words}" if unit.startswith("bytes") else f"{number(value)} of {words}"


def between(low: float, high: float, unit: str) -> str:
    """From which to which; the unit once where it is a word."""
    words = quantity(high, unit)
    return f"{quantity(low, unit)} to {words}" if unit.startswith("bytes") else f"{number(low)} to {words}"


def quantity(value: float, unit: str) -> str:
    """A number with its unit; bytes as people write them, of memory in steps of 1024."""
    if unit.startswith("bytes"):
        return memory_size(value) if unit == "bytes" else human_size(value) + unit.removeprefix("bytes")
    if unit == "%":
        return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.1f} %"
    if unit == "count":
        return number(value)
    return f"{number(value)} {UNITS.get(unit, unit)}" if unit else number(value)


def is_command(remedy: str) -> bool:
    """Whether a remedy can be pasted; otherwise it is a sentence."""
    found = COMMAND.match(remedy)
    words = found.group().split() if found else [""]
    return words[-1] in PROGRAMS or words[-1][:1] in ("/", "~", ".") or words[-1].startswith("python")
