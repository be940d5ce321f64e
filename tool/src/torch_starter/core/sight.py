"""What a rule sees at one place of a file."""

from __future__ import annotations

from dataclasses import dataclass

from torch_starter.core.report import Place, Verdict


@dataclass(frozen=True)
class Sight:
    """A place that was looked at; with any verdict but ok what is wrong there, and what to write instead.

    `seen` of one that is ok is worth a word.
    """

    place: Place
    verdict: Verdict = "ok"
    seen: str = ""
    wanted: str = ""
    remedy: str = ""
