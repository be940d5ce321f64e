"""What a search found as a proof, and as a report."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.pairs import gain
from torch_starter.core.proof import Edit, Gain, Key, Member, Pair, Proof, Tried
from torch_starter.core.report import Change, Finding, Measurement, Report
from torch_starter.core.tuning import Subject, Told
from torch_starter.tuning import losses
from torch_starter.tuning.choices import Choice
from torch_starter.tuning.patch import edits, source
from torch_starter.tuning.search import Search, claimed, ratios_of
from torch_starter.verbs import _proofs, _repeat
from torch_starter.verbs._runner import Runner
from torch_starter.verbs._trials import typed, words

Clock = Callable[[], float]


@dataclass(frozen=True)
class Found:
    """A search that has come to its end."""

    search: Search
    members: Sequence[Choice]
    pairs: Sequence[Pair]
    runners: Sequence[Runner]
    subject: Subject
    key: Key
    seconds: float
    beyond: Sequence[str] = ()

    @property
    def gain(self) -> Gain | None:
        """Of a step, from the fresh pairs."""
        return gain(ratios_of(self.pairs)) if self.pairs else None

    @property
    def whole(self) -> Gain | None:
        """Of all of a run."""
        return gain([pair.before.whole / pair.after.whole for pair in self.pairs]) if self.pairs else None

    @property
    def proven(self) -> bool:
        return self.gain is not None and claimed(self.gain)


def proof(ask: Ask, found: Found) -> Proof:
    """The proof, with the scripts that repeat it."""
    members: list[Member] = []
    for each in found.members if found.proven else ():
        members.append(member(each, found, members))
    folder = _proofs.folder(ask, found.key)
    own = [choice.value for choice in found.members] if found.proven else []
    first = found.runners[0]
    before, after = (
        " && ".join(repeated(found.runners, folder, name, values)) for name, values in (("before", []), ("after", own))
    )
    names = tuple(choice.name for choice in found.members)
    memory = (first.memory.get((), 0), first.memory.get(names, 0))
    return Proof(
        at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        key=found.key,
        command=typed(first.trials.job.argv) if len(found.runners) == 1 else [],
        folder=str(first.trials.job.folder),
        bounds=dict(found.subject.bounds),
        noise=found.search.seen.spread,
        provable=found.search.provable,
        steps=first.length.steps,
        step=statistics.median(pair.before.step for pair in found.pairs) if found.pairs else step_of(found.subject.told),
        members=members,
        gain=found.gain,
        whole=found.whole,
        pairs=list(found.pairs),
        tried=[*kept(found), *found.search.tried],
        suggestions=suggestions(found),
        before=before,
        after=after,
        losses=losses.said(first.compared.get(names)),
        trials=sum(runner.trials.count for runner in found.runners),
        seconds=found.seconds,
        budget=found.search.budget,
        load=statistics.fmean(first.others) if first.others else 0.0,
        memory=memory,
        beyond=list(found.beyond),
        facts=facts(found),
    )


def member(choice: Choice, found: Found, before: Sequence[Member]) -> Member:
    """A setting of the profile, with its place in the script where it has one; its patch goes on top of those before it."""
    alone = found.gain if len(found.members) == 1 else found.search.worth.get(choice.name)
    bare = Member(
        setting=choice.setting.name,
        label=choice.value.label,
        safety=choice.setting.safety,
        title=choice.setting.title,
        variables=dict(choice.value.variables),
        turns=dict(choice.value.turns),
        gain=alone,
    )
    if not choice.setting.code:
        return bare
    made = edits(bare, found.subject.told, source, found.runners[0].trials.job.folder, before)
    return msgspec.structs.replace(bare, edits=made)


def kept(found: Found) -> list[Tried]:
    """The members; where fresh pairs did not prove them, that."""
    if found.proven or not found.pairs or found.gain is None:
        return [each.tried("kept", ratios=ratios(found)) for each in found.members] if found.proven else []
    why = f"fresh pairs did not prove it: {found.gain.wins} of {found.gain.pairs} were faster"
    return [each.tried("slower", why, ratios(found), found.gain.value) for each in found.members]


def ratios(found: Found) -> list[float]:
    return ratios_of(found.pairs)


def suggestions(found: Found) -> list[Edit]:
    """What is for the user to decide."""
    texts = [each.why for each in found.search.tried if each.outcome == "suggested" and each.why]
    return [Edit(text=text) for text in dict.fromkeys(texts)]


def repeated(runners: Sequence[Runner], folder: Path, name: str, values: Sequence[object]) -> list[str]:
    """The commands that repeat a run of each script."""
    several = len(runners) > 1
    return [
        _repeat.write(each.trials, folder, f"{name}-{number}" if several else name, values, each.length)  # type: ignore[arg-type]
        for number, each in enumerate(runners, 1)
    ]


def step_of(told: Told) -> float:
    return told.window.wall / told.window.steps if told.window and told.window.steps else 0.0


def facts(found: Found) -> dict[str, str]:
    """What was there: in effect in the running process, and the load."""
    told = found.subject.told
    return {"torch": told.version, "device": told.device, "kind": told.kind, **told.effect}


def report(proof: Proof) -> Report:
    """A proof as the answer of the command."""
    answer = Report(command="optimize", proof=proof)
    answer.facts = {"in effect": proof.facts}
    if proof.untried:
        answer.findings = [untried(proof)]
        answer.conclusion = "nothing was tried: the budget was too small"
        return answer
    if proof.gain is None or not proof.members:
        answer.conclusion = f"nothing beat the noise: {100 * (proof.provable - 1):.0f} % could have been proven"
        return answer
    samples = tuple(ratios_of(proof.pairs))
    title = "how many times as fast a step is"
    answer.measurements = [Measurement(name="confirmed-gain", unit="times", samples=samples, title=title, paired=True)]
    answer.measurements += [
        Measurement(name="step", unit="s", samples=tuple(samples), better="lower", params={"profile": name})
        for name, samples in (
            ("without", [pair.before.step for pair in proof.pairs]),
            ("with", [pair.after.step for pair in proof.pairs]),
        )
    ]
    answer.changes = [change(each, proof) for each in proof.members]
    interval = f"{proof.gain.low:.2f} to {proof.gain.high:.2f}"
    answer.conclusion = f"{proof.gain.value:.2f} times as fast ({interval}): ./dev.sh optimize --apply{asked(proof)}"
    return answer


def asked(proof: Proof) -> str:
    """The command behind a command of ours; nothing where it is for all scripts."""
    return f" -- {words(proof.command)}" if proof.key.script != _proofs.EXAMPLES else ""


def untried(proof: Proof) -> Finding:
    """Why nothing is known: the time went into the command against itself."""
    values = sum(each.outcome == "not tried" for each in proof.tried)
    seen = f"{proof.trials} runs of it took {proof.seconds:.0f} s of {proof.budget:.0f} s, and {values} values of settings wait"
    remedy = f"./dev.sh optimize --budget {max(2, round(4 * proof.seconds / 60))}{asked(proof)}"
    return Finding(id="optimize.untried", verdict="unknown", title="nothing was tried", seen=seen, remedy=remedy)


def change(member: Member, proof: Proof) -> Change:
    """A setting of the profile as a change."""
    found = member.gain
    return Change(
        kind="setting",
        name=member.setting,
        was=proof.facts.get(member.setting, "unset"),
        now=member.label,
        why=member.title,
        gain=found.value if found else None,
        interval=(found.low, found.high) if found else None,
    )
