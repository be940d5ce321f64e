"""Which packages may be at fault for a failure: what its traceback and its words say, what it is about, and what that needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from torch_starter.blame.account import Account
from torch_starter.blame.error_words import error_line, one_line
from torch_starter.core.evidence import Evidence
from torch_starter.core.probing import Answer
from torch_starter.core.report import Finding
from torch_starter.core.trial import Failure, Strength, Suspect

PAIRS = ("packages.trio.", "packages.breaks.")  # checks that are about two packages together
STRENGTHS = get_args(Strength)


def blame(finding: Finding, evidence: Evidence) -> Failure:
    """Who may be at fault for a finding that is not well."""
    installed = evidence.installed.versions
    about = [name for name in (*finding.about, *of_id(finding.id)) if name in installed]
    modules = module_owners(evidence)
    accounts = [account for text in texts(finding, evidence) for account in read(text, modules, about)]
    suspects = [suspect for account in accounts for suspect in account.suspects()]
    if not finding.probe:  # a check that looks at packages itself tells their versions
        suspects += [Suspect(name, "concerned", "the check tells of it") for name in versions_told(finding.seen, installed)]
    suspects += concerned(finding.id, about)
    named = dict.fromkeys(about or (each.package for each in suspects))
    suspects += needed(evidence, list(named))
    everything = sorted(installed, key=lambda name: (name not in evidence.wanted, name))
    return failure(finding.id, finding.seen or finding.title, accounts, suspects, everything)


def blame_text(id: str, line: str, text: str, modules: Mapping[str, str]) -> Failure:
    """Who may be at fault for what a command wrote before it failed. `modules`: as module_owners tells them."""
    account = Account(text, modules)
    return failure(id, line or last_words(account), [account], list(account.suspects()), sorted({*modules.values()}))


def module_owners(evidence: Evidence) -> dict[str, str]:
    """Top-level module -> package, and "module/inner" -> package where several share one.

    Of several the one with the module's name has it. Where each brings a part of its own, as nvidia-cublas does of nvidia,
    the module is nobody's.
    """
    owners: dict[str, list[str]] = {}
    for name, distribution in sorted(evidence.installed.distributions.items()):
        for module in distribution.modules or (name.replace("-", "_"),):
            owners.setdefault(module, []).append(name)
    found: dict[str, str] = {}
    for module, names in owners.items():
        own = module.replace("_", "-").lower()
        parts = {f"{module}/{part_of(name, own)}": name for name in names} if len(names) > 1 else {}
        found |= parts
        if len(names) == 1 or not any(name.startswith(f"{own}-") for name in names):
            found[module] = own if own in names else names[0]
    for name in evidence.installed.distributions:
        found.setdefault(name.replace("-", "_"), name)
    return found


def part_of(name: str, module: str) -> str:
    """The part of a shared module that a package brings, by its name: cudnn for nvidia-cudnn-cu13."""
    return re.sub(r"-cu\d+$", "", name.removeprefix(f"{module}-"))


def of_id(id: str) -> tuple[str, ...]:
    """The package that a finding is named after, if it is one: imports.torch."""
    group, _, last = id.rpartition(".")
    return (last,) if group else ()


def texts(finding: Finding, evidence: Evidence) -> Iterator[str | Answer]:
    """What tells of a failure, the nearest to it first."""
    if finding.probe in evidence.answers:
        yield evidence.answers[finding.probe]
        return
    yield finding.seen
    yield from named_by(finding.about, evidence.answers.values())


def read(text: str | Answer, modules: Mapping[str, str], about: list[str]) -> Iterator[Account]:
    """What the words of a finding tell, or an answer: its error, and what it printed."""
    if isinstance(text, str):
        yield Account(text, modules, about)
        return
    raised = text.traceback or f"{text.error_type}: {text.error}"
    if text.outcome == "raised":
        yield Account(raised, modules, about)
    ended = "it hung in it" if text.outcome == "hung" else "the process ended in it"
    yield Account(text.err, modules, about, ended, aside=text.outcome == "raised")


def named_by(about: tuple[str, ...], answers: Iterable[Answer]) -> list[Answer]:
    """The failed answers that name what a finding is about: all of it, or else the first of it."""
    failed = [answer for answer in answers if not answer.ok]
    if not about:
        return []
    for names in (about, about[:1]):
        found = [answer for answer in failed if all(is_named(name, answer) for name in names)]
        if found:
            return found
    return []


def is_named(package: str, answer: Answer) -> bool:
    word = re.escape(package).replace(r"\-", "[-_.]")
    text = "\n".join((answer.probe, answer.traceback, answer.error, answer.err))
    return re.search(rf"(?<![a-zA-Z0-9]){word}(?![a-zA-Z0-9])", text, re.IGNORECASE) is not None


def versions_told(seen: str, installed: Mapping[str, str]) -> list[str]:
    """The packages of which a finding tells the version."""
    words = re.findall(r"([A-Za-z][\w.-]{0,80})(?=(?: |[=<>!~]=?)\d| \(| needs |:)", seen)
    return [word for word in dict.fromkeys(words) if word in installed]


def concerned(id: str, about: list[str]) -> Iterator[Suspect]:
    for name in about:
        others = [other for other in about if other != name]
        if id.startswith(PAIRS) and others:
            yield Suspect(name, "paired", f"the check is about it beside {others[0]}")
        else:
            yield Suspect(name, "concerned", "the check is about it")


def needed(evidence: Evidence, names: list[str]) -> Iterator[Suspect]:
    """What the packages that are concerned need: direct dependencies first."""
    for name in sorted(evidence.needs(names) - {*names}, key=lambda name: (name not in evidence.wanted, name)):
        yield Suspect(name, "needed", f"{names[0]} needs it" if len(names) == 1 else "what failed needs it")


def failure(id: str, line: str, accounts: list[Account], suspects: list[Suspect], installed: list[str]) -> Failure:
    """All of it together: each package once, with its strongest reason; everything where there is no evidence at all."""
    here = {*installed}
    spared = tuple(dict.fromkeys(name for account in accounts for name in account.spared))
    lacking = next((account.lacking for account in accounts if account.lacking), None)
    found: dict[str, Suspect] = {}
    for suspect in sorted(suspects, key=lambda each: STRENGTHS.index(each.strength)):
        if suspect.package in here and suspect.package not in spared:
            found.setdefault(suspect.package, suspect)
    if not found:
        found = {name: Suspect(name, "needed", "nothing tells what is at fault") for name in installed if name not in spared}
    return Failure(id, one_line(line), tuple(found.values()), spared, lacking)


def last_words(account: Account) -> str:
    """The error that a text began with, in its own words."""
    lines = [error_line(stack.words) for stack in account.told] + account.text.strip().splitlines()[-1:]
    return next((line for line in lines if line), "it failed")
