"""Removing what does not hold, so that it is fetched anew."""

from __future__ import annotations

from pathlib import Path

import msgspec

from torch_starter.core.ask import Ask
from torch_starter.core.problems import CommandFailed, Problem
from torch_starter.core.report import Change, Finding
from torch_starter.making import uv
from torch_starter.verbs import _build
from torch_starter.verbs._verifying import Judged, many

UV_SECONDS = 600.0  # uv waits for others that use its cache


def change(judged: Judged, dry: bool) -> Change:
    """What is done about one part, or would be."""
    what = f"all that uv has of {judged.sealed.clean}" if judged.sealed.clean else many(len(damaged(judged)), "damaged file")
    now = "would be removed" if dry else "removed"
    return Change(kind="file", name=judged.sealed.part, was=what, now=now)


def damaged(judged: Judged) -> list[str]:
    """The files that do not hold, and are there."""
    return [each.path for each in judged.broken if not each.unread]


def remove(ask: Ask, judged: Judged) -> None:
    """Remove it; raises a Problem."""
    if judged.sealed.clean:
        tools = _build.tools(ask)
        done = ask.machine.processes.run(
            [tools.uv, "cache", "clean", judged.sealed.clean], env=tools.variables, timeout=UV_SECONDS
        )
        if not done.ok:
            raise uv.problem(done, f"removing {judged.sealed.clean} from its cache")
        return
    for path in damaged(judged):
        left = ask.machine.files.discard(Path(judged.sealed.root), Path(path)).left
        if left:
            raise CommandFailed("cache.left", f"{left[0][0]} stays: {left[0][1]}", f"see to {path}")


def mended(ask: Ask, judged: Judged, finding: Finding) -> tuple[Finding, Change | None]:
    """The finding once the damage is gone; as it was, with the reason, where it could not be removed."""
    try:
        remove(ask, judged)
    except Problem as problem:
        seen = f"{finding.seen}; it could not be removed: {problem.message}"
        return msgspec.structs.replace(finding, seen=seen, remedy=problem.remedy or finding.remedy), None
    told = msgspec.structs.replace(
        finding, verdict="warn", seen=f"{finding.seen}; removed", remedy=judged.sealed.mend, fixable=False
    )
    return told, change(judged, dry=False)
