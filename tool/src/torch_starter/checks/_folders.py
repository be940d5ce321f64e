"""Findings on the owner and the mode of a folder."""

from __future__ import annotations

import shlex

from torch_starter.core.evidence import PathState
from torch_starter.core.report import Finding, Verdict

OWN = "ours: what we write there, its owner cannot change"


def folder(id: str, title: str, state: PathState, mode: str, worst: Verdict = "fail", why: str = OWN) -> Finding:
    """The finding for one folder, `worst` where it cannot be written. One that is not there yet is well."""
    path = shlex.quote(state.path)
    owner, give = "" if state.mine else ": it belongs to another user", f'sudo chown -R "$(id -u)" {path}'
    mend = f"chmod u+rwx {path}" if state.mine else give

    def finding(verdict: Verdict, seen: str, wanted: str = "", remedy: str = "", fixable: bool = False) -> Finding:
        return Finding(id=id, verdict=verdict, title=title, seen=seen, wanted=wanted, remedy=remedy, fixable=fixable)

    if state.kind == "missing":
        return finding("ok", f"{state.path} is not there yet")
    if state.kind != "folder":
        what = "a link to nothing" if state.kind == "dangling" else f"a {state.kind}"
        return finding(worst, f"{state.path} is {what}", "a folder", f"mv {path} {path}.old")
    if not state.writable:
        return finding(worst, f"{state.path} cannot be written{owner}", "a folder that this user can write", mend)
    if open_to_others(state.mode, mode):
        return finding("warn", f"{state.path} has mode {state.mode}", f"{mode} or less", f"chmod {mode} {path}", state.mine)
    if not state.mine:
        return finding("warn", f"{state.path} belongs to another user", why, give)
    return finding("ok", f"{state.path}, {state.mode}")


def open_to_others(mode: str, wanted: str) -> bool:
    """Whether a mode allows anything that the wanted one does not."""
    return int(mode, 8) & ~int(wanted, 8) != 0
