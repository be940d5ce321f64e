"""Trying a set of packages: it is installed aside, checks and the spec's commands are asked, and failures explained."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

import msgspec

from torch_starter.blame import blame
from torch_starter.core.ask import Ask
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.problems import CouldNotLook
from torch_starter.core.report import Finding
from torch_starter.core.trial import Failure, Suspect, Trial
from torch_starter.core.veil import veil
from torch_starter.making.candidate import Aside, CannotBuild
from torch_starter.search.world import Candidate
from torch_starter.verbs import _build, _commands, _judge
from torch_starter.verbs._gather import Subject
from torch_starter.verbs._selection import concerns

NOT_WELL = ("fail", "crash", "unknown")
ASIDE = _build.OF_THE_MACHINE | {"python"}  # what no set of packages decides
TABLES = ("packages.breaks",)  # what was once measured: a trial shows what is so now
WHOLE_TEXT = 20_000  # characters of what a command said that are looked through
IMPORT_TIME = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s*(?P<module>[\w.]+)", re.MULTILINE)


@dataclass
class Trying:
    """Tries the sets of one accelerator. `extras` are all that the locks hold; checks of the groups `without` are not asked."""

    ask: Ask
    aside: Aside
    accelerator: str
    extras: tuple[str, ...]
    index: str | None
    without: frozenset[str] = frozenset()

    def attempt(self, candidate: Candidate, asked: Set[str]) -> Trial:
        """Install a set and look: at the findings `asked`, or where that is empty at all, in an environment made anew."""
        started = time.monotonic()
        try:
            self.aside.become(candidate.text, self.index, fresh=not asked)
            trial = self._judged(candidate, asked)
        except CannotBuild as problem:
            suspect = Suspect(problem.package.lower().replace("_", "-"), "said", "it has no wheel, and cannot be built")
            failure = Failure(f"install.{suspect.package}", problem.message, (suspect,))
            trial = Trial(versions=dict(candidate.versions), failures=(failure,), unseen=tuple(sorted(asked)), whole=not asked)
        took = round(time.monotonic() - started, 2)
        told = msgspec.structs.replace(trial, seconds=took, date=time.strftime("%Y-%m-%d", time.gmtime()))
        # a package may say what is in variables, and this is kept, also in locks/holds.toml
        shown: Trial = veil(self.ask.machine.variables).over(told)
        return shown

    def subject(self) -> Subject:
        """The environment that is judged."""
        environment = self.aside.environment
        return Subject(environment / "bin" / "python", self.accelerator, self.extras, environment, self.aside.lock)

    def _judged(self, candidate: Candidate, asked: Set[str]) -> Trial:
        try:
            judged = _judge.judge(self.ask, self.subject(), self._checks(asked), narrowed=lambda seen: narrowed(seen, asked))
        except CouldNotLook as problem:  # its interpreter does not even start
            judged = _judge.Judged([Finding(id="python.start", verdict="crash", title="it starts", seen=problem.message)], None)
        findings = judged.findings
        evidence = judged.evidence
        failures = [self._explained(finding, evidence, candidate) for finding in findings if finding.verdict in NOT_WELL]
        if evidence is not None:
            commands = [self._command(number, evidence) for number in self._numbers(asked)]
            findings = [*findings, *(finding for finding, _ in commands)]
            failures += [failure for _, failure in commands if failure is not None]
        hidden = {finding.id for finding in findings if finding.verdict == "skip" and hides(finding)}
        failed = {failure.id for failure in failures}
        if evidence is None or "imports.torch" in failed:
            hidden |= set(asked) - failed
        well = {finding.id for finding in findings if finding.verdict in ("ok", "warn")}
        return Trial(
            versions=dict(candidate.versions),
            passed=tuple(sorted((well | set(asked)) - failed - hidden)),
            failures=tuple(failures),
            unseen=tuple(sorted(hidden)),
            whole=not asked and not any(finding.verdict == "unknown" for finding in findings),
        )

    def _checks(self, asked: Set[str]) -> list[Check]:
        """What a trial asks: what depends on the packages. Their files are as their hashes say: uv has just compared them."""
        usual = [
            check
            for check in _judge.default_checks()
            if check.group not in ASIDE | self.without and check.id not in TABLES and "files" not in check.reads
        ]
        return [check for check in usual if not asked or any(concerns(word, check) for word in asked)]

    def _explained(self, finding: Finding, evidence: Evidence | None, candidate: Candidate) -> Failure:
        if evidence is not None:
            return blame.blame(finding, evidence)
        anyone = tuple(Suspect(name, "needed", "the interpreter does not start with them") for name in candidate.versions)
        return Failure(finding.id, finding.seen, anyone)

    def _numbers(self, asked: Set[str]) -> Sequence[int]:
        every = range(1, len(self.ask.spec.verify.commands) + 1)
        return [number for number in every if not asked or f"commands.{number}" in asked]

    def _command(self, number: int, evidence: Evidence) -> tuple[Finding, Failure | None]:
        """One of the user's own commands; one that fails is run again to see which packages it imports."""
        finding = _commands.own_command(self.ask, self.subject(), number, WHOLE_TEXT)
        if finding.verdict == "ok":
            return finding, None
        owners = blame.module_owners(evidence)
        failure = blame.blame_text(finding.id, finding.seen, finding.seen, owners)
        telling = {"PYTHONPROFILEIMPORTTIME": "1"}
        told = _commands.own_command(self.ask, self.subject(), number, 100 * WHOLE_TEXT, telling).seen
        imported = {owners.get(found["module"].partition(".")[0], "") for found in IMPORT_TIME.finditer(told)}
        return finding, only_imported(failure, imported, evidence)


def narrowed(evidence: Evidence, asked: Set[str]) -> Evidence:
    """Where all that is asked is of certain direct dependencies, only these are looked at."""
    if not asked or not all(id.startswith(("imports.", "uses.")) for id in asked):
        return evidence
    names = {id.partition(".")[2] for id in asked}
    return replace(evidence, wanted={name: wanted for name, wanted in evidence.wanted.items() if name in names})


def hides(finding: Finding) -> bool:
    """Whether it was skipped because something else failed, and not because it does not apply."""
    return finding.seen.startswith(("see ", "torch cannot be imported"))


def only_imported(failure: Failure, imported: Set[str], evidence: Evidence) -> Failure:
    """Without the suspects that nothing speaks for, and that were not even imported."""
    known = imported & evidence.installed.distributions.keys()
    needed = evidence.needs(known) if known else evidence.installed.distributions.keys()
    named = tuple(suspect for suspect in failure.suspects if suspect.strength != "needed")
    told = {suspect.package for suspect in named}
    rest = sorted(name for name in (known or needed) if name not in told)
    more = tuple(Suspect(name, "needed", "the command imports it" if known else "it is installed") for name in rest)
    return Failure(failure.id, failure.line, (*named, *more), failure.spared, failure.lacking)
