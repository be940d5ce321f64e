"""Putting what is proven in force, and out of it again."""

from __future__ import annotations

from pathlib import Path

from torch_starter.core import proofs
from torch_starter.core.ask import Ask
from torch_starter.core.problems import CouldNotLook
from torch_starter.core.proof import Key, Proof
from torch_starter.core.report import Change, Report
from torch_starter.core.variables import THREADS
from torch_starter.making.spec_edit import with_values
from torch_starter.verbs import _proofs


def apply(ask: Ask, proof: Proof, report: Report) -> Report:
    """A profile for its script, in a file that `run` reads; for all scripts, values of torch-starter.toml."""
    if not proof.members:
        report.notes.append("There is nothing to put in force.")
        return report
    texts = spec_texts(ask, proof) if proof.key.script == _proofs.EXAMPLES else {}
    texts = texts or {_proofs.profile_path(ask, proof.key): proofs.written(proof)}
    report.changes += [changed(path, proof) for path in texts]
    if ask.flag("dry-run"):
        report.conclusion = "nothing was changed"
        return report
    _proofs.undo(ask).write(proof.key.name, texts)
    uses = "everything uses it" if proof.key.script == _proofs.EXAMPLES else f"./dev.sh run uses it for {proof.key.script}"
    report.conclusion = f"in force: {uses}; out of it: ./dev.sh optimize --revert"
    return report


def spec_texts(ask: Ask, proof: Proof) -> dict[Path, str]:
    """torch-starter.toml with the values of a profile."""
    wanted = {name: value for member in proof.members for name, value in member.variables.items()}
    threads = next((wanted[name] for name in THREADS if name in wanted), None)
    variables = {name: value for name, value in wanted.items() if name not in THREADS}
    text = ask.machine.files.read(ask.project.spec) or ""
    return {ask.project.spec: with_values(text, variables, threads)}


def changed(path: Path, proof: Proof) -> Change:
    """A file that is written, by the script that it is for."""
    spec = proof.key.script == _proofs.EXAMPLES
    return Change(kind="file", name=path.name if spec else f"profile of {proof.key.script}", was="as before", now="in force")


def revert(ask: Ask, key: Key | None) -> Report:
    """Undo what was put in force last, or last for a command; raises CouldNotLook where there is nothing to undo."""
    undo = _proofs.undo(ask)
    steps = [each for each in undo.steps() if key is None or each.name == key.name]
    if not steps:
        raise CouldNotLook(
            "optimize.nothing-in-force", "nothing was put in force here", "./dev.sh optimize --apply -- python train.py"
        )
    report = Report(command="optimize", changes=[undone(Path(each.path)) for each in steps[-1].files])
    if ask.flag("dry-run"):
        report.conclusion = "nothing was changed"
        return report
    found = undo.undo(steps[-1].name)
    if found is not None and found[1]:
        raise CouldNotLook(
            "optimize.changed-since",
            f"{found[1][0]} was changed since it was put in force: nothing is put back over that",
            f"undo your change of {found[1][0].name}, or take the values out by hand",
        )
    report.conclusion = "what was before is back"
    return report


def undone(path: Path) -> Change:
    return Change(kind="file", name=path.name, was="in force", now="as before", why=str(path))
