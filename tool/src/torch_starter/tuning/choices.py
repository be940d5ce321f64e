"""What is worth a try for a command: values of settings that may help with what binds it, the best guess first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.proof import Outcome, Tried
from torch_starter.core.tuning import Bound, Subject, Value

LATER = 0.7  # what a second guess counts beside the first


@dataclass(frozen=True)
class Choice:
    """A value of a setting."""

    setting: Setting
    value: Value

    @property
    def name(self) -> str:
        return f"{self.setting.name} {self.value.label}"

    def tried(self, outcome: Outcome, why: str = "", ratios: Iterable[float] = (), gain: float | None = None) -> Tried:
        """What became of it."""
        return Tried(
            setting=self.setting.name,
            label=self.value.label,
            safety=self.setting.safety,
            outcome=outcome,
            ratios=[round(ratio, 4) for ratio in ratios],
            gain=gain,
            why=why,
        )


@dataclass(frozen=True)
class Plan:
    """What is tried, in this order; and what is not, with the reason."""

    choices: tuple[Choice, ...]
    left: tuple[Tried, ...]


def plan(settings: Sequence[Setting], subject: Subject, binding: Collection[Bound], allowed: Collection[str]) -> Plan:
    """Choices against what binds. What may change results by more than rounding is for the user to allow."""
    found: list[tuple[float, Choice]] = []
    left: list[Tried] = []
    for setting in settings:
        try:
            values = tuple(setting.available(subject))
        except Absent as reason:
            left.append(not_tried(setting, "", "not tried", str(reason)))
            continue
        if (why := held_back(setting, subject.bounds, binding, allowed)) is not None:
            outcome: Outcome = "not tried" if setting.safety != "semantics" else "suggested"
            left += [not_tried(setting, value.label, outcome, why) for value in values]
            continue
        weight = sum(subject.bounds.get(bound, 0.0) for bound in setting.bounds)
        found += [(weight * LATER**place, Choice(setting, value)) for place, value in enumerate(values)]
    return Plan(tuple(choice for _, choice in sorted(found, key=lambda each: -each[0])), tuple(left))


def held_back(
    setting: Setting, bounds: Mapping[Bound, float], binding: Collection[Bound], allowed: Collection[str]
) -> str | None:
    """Why a setting is not tried; None where it is."""
    if setting.safety == "semantics":
        return setting.edit
    if setting.safety == "precision" and "precision" not in allowed:
        return "it computes with fewer digits: tried with --allow precision"
    if not set(setting.bounds) & set(binding):
        shares = ", ".join(f"{bound} {100 * bounds.get(bound, 0.0):.0f} %" for bound in setting.bounds)
        return f"it helps with what does not bind here: {shares}"
    return None


def not_tried(setting: Setting, label: str, outcome: Outcome, why: str) -> Tried:
    return Tried(setting=setting.name, label=label, safety=setting.safety, outcome=outcome, why=why)
