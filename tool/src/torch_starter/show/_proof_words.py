"""What all looks of a proof share: gains, times and outcomes in words, and the commands that belong to it."""

from __future__ import annotations

import math
import shlex
import statistics
from collections.abc import Sequence

from torch_starter.core.proof import Gain, Outcome, Proof, Tried
from torch_starter.core.tuning import Bound, Safety

OF_ALL = "examples"  # what the key of a proof for all scripts says instead of one
BOUNDS: dict[Bound, str] = {
    "data": "waiting for data",
    "threads": "threads that wait for a processor",
    "launch": "starting operations",
    "memory": "getting and giving back memory",
    "compute": "computing",
    "communication": "talking to other processes",
}
CLASSES: dict[Safety, str] = {
    "bit-identical": "the same bits",
    "rounding": "other rounding",
    "precision": "fewer digits",
    "semantics": "another training",
}
OUTCOMES: dict[Outcome, str] = {"kept": "in the profile"}  # where the words are not those of the code
ORDER: tuple[Outcome, ...] = ("kept", "failed", "drifts", "not in effect", "needless", "slower", "suggested", "not tried")
NEARLY = 0.985  # as fast as before, as far as one cares
SMALL = ((1.0, 1000, "ms"), (1e-3, 1_000_000, "µs"))


def factor(value: float) -> str:
    """How many times: three digits that matter, two of them behind the point at most."""
    if not math.isfinite(value):
        return "any number"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def between(low: float, high: float) -> str:
    """From which to which factor."""
    return f"{factor(low)} to {factor(high)}" if math.isfinite(high) else "one pair alone"


def interval(gain: Gain) -> str:
    """Of 95 %."""
    return between(gain.low, gain.high)


def again(gain: Gain) -> str:
    """Where one more pair lies."""
    return between(gain.again_low, gain.again_high)


def unproven(gain: Gain) -> str:
    """A gain that fresh pairs did not prove."""
    return f"{factor(gain.value)} ({interval(gain)}), faster in {gain.wins} of {gain.pairs}"


def wins(ratios: Sequence[float]) -> str:
    """How many pairs were faster."""
    return f"{sum(ratio > 1 for ratio in ratios)} of {len(ratios)}" if ratios else ""


def span(seconds: float) -> str:
    """A time for people, three digits that matter."""
    for least, times, unit in SMALL:
        if seconds >= least:
            break
        seconds_in_unit = seconds * times
        if seconds_in_unit >= 1 or unit == "µs":
            return f"{digits(seconds_in_unit)} {unit}"
    return f"{digits(seconds)} s" if seconds < 120 else f"{seconds / 60:.{0 if seconds >= 600 else 1}f} min"


def digits(value: float) -> str:
    """Three that matter, and all before the point."""
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".")


def share(part: float) -> str:
    """In percent: of small ones a digit behind the point."""
    return f"{100 * part:.0f} %" if part >= 0.0995 or part == 0 else f"{100 * part:.1f} %"


def steps(proof: Proof) -> tuple[str, str]:
    """How long a step takes without the profile, and with it: nothing where that was not measured."""
    if not proof.pairs:
        return span(proof.step) if proof.step else "", ""
    before, after = (statistics.median(each) for each in zip(*((p.before.step, p.after.step) for p in proof.pairs), strict=True))
    return span(before), span(after)


def proven(proof: Proof) -> bool:
    """Whether something beat the noise."""
    return proof.gain is not None and bool(proof.members)


def headline(proof: Proof) -> str:
    """All of it in a few words."""
    if proof.untried:
        return "Nothing was tried"
    return f"{factor(proof.gain.value)} times as fast" if proof.gain and proof.members else "Nothing beat the noise"


def provable(proof: Proof) -> str:
    """What could have been seen."""
    noise = f"two runs of the same differ by {share(proof.noise)}"
    if not math.isfinite(proof.provable):
        return f"{noise}; no gain could be proven"
    return f"{noise}; a gain of {share(proof.provable - 1)} can be proven"


def figure(tried: Tried) -> float | None:
    """How many times as fast it was; nothing where that was not seen."""
    if tried.gain is not None or not tried.ratios or min(tried.ratios) <= 0:
        return tried.gain
    return statistics.geometric_mean(tried.ratios)


def outcome(tried: Tried) -> str:
    """What became of it, in a word or two."""
    if tried.outcome == "slower" and (figure(tried) or 0) >= NEARLY:
        return "no faster"
    return OUTCOMES.get(tried.outcome, tried.outcome)


def named(setting: str, label: str) -> str:
    """A value of a setting."""
    return f"{setting} {label}".strip()


def sorted_tried(tried: Sequence[Tried]) -> list[Tried]:
    """By what became of them; of one kind the fastest first."""
    return sorted(tried, key=lambda each: (ORDER.index(each.outcome), -(figure(each) or 0), not each.ratios))


def exports(proof: Proof) -> list[str]:
    """Lines for a shell that make what variables make of the profile."""
    wanted: dict[str, str] = {}
    for member in proof.members:
        for name, value in member.variables.items():
            wanted[name] = f"{value}:{wanted[name]}" if name.startswith("+") and name in wanted else value
    return [export(name, value) for name, value in sorted(wanted.items())]


def export(name: str, value: str) -> str:
    """One variable; what is put before what is there keeps that."""
    bare = name.removeprefix("+")
    rest = f'"${{{bare}:+:${bare}}}"' if name.startswith("+") else ""
    return f"export {bare}={shlex.quote(value)}{rest}"


def command(proof: Proof) -> str:
    """What was made faster, as one types it; nothing where it is for all scripts."""
    if proof.key.script == OF_ALL or not proof.command:
        return ""
    first, *rest = proof.command
    name = first.rpartition("/")[2]
    return shlex.join([name if name.startswith("python") else first, *rest])


def asked(proof: Proof, option: str) -> str:
    """A command of ours about this one."""
    words = command(proof)
    return f"./dev.sh optimize --{option}{' -- ' if words else ''}{words}"


def patches(proof: Proof) -> str:
    """All changes of files, one after the other, as git takes them."""
    return "".join(edit.patch for member in proof.members for edit in member.edits)


def patch_lines(proof: Proof) -> list[str]:
    """The same, a line each as git has them."""
    text = patches(proof)
    return text.removesuffix("\n").split("\n") if text else []


def environment(proof: Proof) -> list[tuple[str, str, str]]:
    """What differs with the profile: the setting, what is set, and to what; from inside of the process too."""
    rows = [
        (each.setting, name.removeprefix("+"), f"{value} before what is there" if name.startswith("+") else value)
        for each in proof.members
        for name, value in sorted(each.variables.items())
    ]
    return [*rows, *((each.setting, words(name), words(value)) for each in proof.members for name, value in each.turns.items())]


def words(value: object) -> str:
    """What is turned from inside, as people read it."""
    if isinstance(value, dict):
        return ", ".join(f"{name}={each}" for name, each in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("_", " ") if isinstance(value, str) else str(value)
