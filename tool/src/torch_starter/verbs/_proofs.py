"""Proofs that were kept, and profiles in force: finding those of a command, and putting one in force or out of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from torch_starter.core import proofs
from torch_starter.core.ask import Ask
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.lock import digest
from torch_starter.core.proof import Key, Proof
from torch_starter.core.tuning import Value
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.gpu import Gpu
from torch_starter.making.environments import Record
from torch_starter.making.undo import Undo
from torch_starter.tuning.command import script
from torch_starter.verbs._runs import IDS
from torch_starter.verbs._trials import COMPILED, merged, turned, with_site

EXAMPLES = "examples"  # what stands for a script where it is for all of them


def folder(ask: Ask, key: Key) -> Path:
    """Where what was found for a command is kept."""
    return ask.project.state / "optimize" / key.name


def profile_path(ask: Ask, key: Key) -> Path:
    """Where a profile is that is in force."""
    return ask.project.state / "profiles" / f"{key.name}.json"


def undo(ask: Ask) -> Undo:
    """What was put in force, to be undone."""
    return Undo(ask.machine.files, ask.project.state / "profiles" / "undo.json")


def key(ask: Ask, record: Record, argv: Sequence[str], start: Path) -> Key:
    """Where a profile of a command holds."""
    return key_of(ask, record, script(argv, start) if argv else EXAMPLES)


def key_of(ask: Ask, record: Record, what: str) -> Key:
    """Of a script, a module, or the examples. A script of the project is named from there: a clone may be moved."""
    lock = digest(ask.machine.files.read(ask.project.lock(record.accelerator)) or "")
    path = Path(what)
    inside = path.is_absolute() and path.is_relative_to(ask.project.root.resolve())
    name = str(path.relative_to(ask.project.root.resolve())) if inside else what
    return Key(machine_of(ask), lock, f"{record.python} {record.accelerator}", name)


def machine_of(ask: Ask) -> str:
    """What tells this machine from others, as far as speed goes."""
    own = next((text for each in IDS if (text := (ask.machine.files.read(each) or "").strip())), "")
    cpu = ask.facts[Cpu]
    try:
        gpus = [device.name for device in ask.facts[Gpu].devices]
    except (Absent, Unknown):
        gpus = []
    words = [own, cpu.model, str(cpu.count), str(cpu.affinity), str(cpu.quota), *gpus]
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]


def kept(ask: Ask, key: Key) -> Proof | None:
    """What was found for a command here, with these packages."""
    text = ask.machine.files.read(folder(ask, key) / "proof.json")
    return proofs.read(text) if text else None


def in_force(ask: Ask, record: Record, argv: Sequence[str], start: Path) -> Proof | None:
    """The profile that a command is to be run with: its own, else the one for all; None where none is in force here."""
    if not any((ask.project.state / "profiles").glob("*.json")):  # so that who has none does not pay for looking
        return None
    own = key(ask, record, argv, start)
    text = ask.machine.files.read(profile_path(ask, own))
    found = proofs.read(text) if text else None
    return found if found is not None and found.key == own else None


def values(proof: Proof) -> list[Value]:
    """Its settings."""
    return [Value(each.label, each.variables, each.turns) for each in proof.members]


def applied(ask: Ask, proof: Proof, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of a command with its profile. What the user exported wins, but for what is put before it."""
    user = ask.machine.variables
    own = [Value(each.label, kept_of(each.variables, user), each.turns) for each in values(proof)]
    turns = merged(own)
    cache = {name: str(ask.project.state / "compiled" / name.lower()) for name in COMPILED} if "compile" in turns else {}
    found = turned({**cache, **variables}, own)
    return with_turns(found, turns) if turns else found


def kept_of(wanted: Mapping[str, str], user: Mapping[str, str]) -> dict[str, str]:
    """Those that the user does not set."""
    return {name: value for name, value in wanted.items() if name not in user}


def with_turns(variables: Mapping[str, str], turns: Mapping[str, object]) -> dict[str, str]:
    """With what is turned from inside."""
    import json

    return with_site({**variables, "TORCH_STARTER_TURNS": json.dumps(turns)})
