"""`verify-setup --files`: the container files of any project against the rules. Nothing is set up, and no target is asked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from torch_starter.core.ask import Ask
from torch_starter.core.catalog import collect
from torch_starter.core.container_files import ContainerFiles
from torch_starter.core.kinds import Check, Rule
from torch_starter.core.problems import CouldNotLook, WrongUsage
from torch_starter.core.report import Report
from torch_starter.facts import container_files
from torch_starter.parsers.read import kind_of, read, wanted
from torch_starter.rules._sights import judged
from torch_starter.verbs._judge import guarded
from torch_starter.verbs._selection import concerns, explain, listing, refuse_unknown, select, selected_findings

OTHERS = ("quick", "full", "fix", "since-last", "self-test", "python", "extra", "dry-run")  # what asks a target
NAMES = "Dockerfile, compose.yaml, docker-compose.yml, .devcontainer/devcontainer.json"


def all_rules() -> list[Rule]:
    """Every rule; that of what cannot be read is the first."""
    return sorted(collect("rules", Rule), key=lambda rule: rule.id != "files.readable")


def answer(ask: Ask, checks: Sequence[Check]) -> Report | None:
    """What is answered without an environment: what there is to ask, and --files; None where an environment is asked."""
    if ask.flag("list"):
        return listing(checks, all_rules())
    if ask.text("explain"):
        return explain(checks, [word for word in str(ask.text("explain")).split(",") if word], all_rules())
    if ask.text("files") is not None:
        return run(ask)
    if not ask.flag("self-test"):  # whose words are faults
        refuse_rules(ask, checks)
    return None


def refuse_rules(ask: Ask, checks: Sequence[Check]) -> None:
    """Raise WrongUsage for a word that means nothing, or rules alone, where an environment is asked."""
    rules = all_rules()
    words = (*ask.texts("only"), *ask.texts("skip"))
    refuse_unknown(words, [*checks, *rules])
    for word in words:
        if any(concerns(word, rule) for rule in rules) and not any(concerns(word, check) for check in checks):
            raise WrongUsage(
                "check.files", f"{word} looks at container files", f"./dev.sh verify-setup --files DIR --only {word}"
            )


def run(ask: Ask) -> Report:
    """Judge a folder's files, or one file."""
    given = next((name for name in OTHERS if ask.options.get(name)), None)
    if given:
        raise WrongUsage(
            "files.options", f"--files looks at files alone, and --{given} at an environment", "leave one of the two out"
        )
    path = ask.path("files")
    if path is None or not ask.text("files"):
        raise WrongUsage("files.missing", "--files names nothing", "give a folder with container files, or one such file")
    rules = select(all_rules(), ask.texts("only"), ask.texts("skip"))
    files, names = gathered(path)
    found = [finding for rule in rules for finding in guarded(rule.id, rule.title, partial(judged, rule, files))]
    return Report(
        command="verify-setup",
        findings=selected_findings(found, ask.texts("only"), ask.texts("skip")),
        facts={"container_files": told(path, files, names)},
    )


def gathered(path: Path) -> tuple[ContainerFiles, Sequence[str]]:
    """The parsed files of a folder, and the paths of those that were read; raises WrongUsage and CouldNotLook."""
    if not os.path.exists(path):
        raise WrongUsage("files.missing", f"{path} is not there", "give a folder with container files, or one such file")
    if os.path.isdir(path):
        found = container_files.look(path, lambda name: kind_of(name) != "")
        first = read(found.texts, found.modes)
        container_files.read_more(found, wanted(first.containers))
    else:
        if kind_of(path.name) in ("", "packages", "ignore"):
            raise WrongUsage("files.name", f"{path.name} is not called as a container file is", f"such as {NAMES}")
        found = container_files.look_at(path)
    unread = [each for each in found.unread if kind_of(each.place.file) not in ("packages", "ignore")]
    files = read(found.texts, found.modes, unread, whole=os.path.isdir(path))
    names = sorted(name for name in found.texts if kind_of(name) not in ("packages", "ignore"))
    if not names and not unread:
        raise CouldNotLook("files.none", f"there is no container file in {path}", f"looked for {NAMES} and their like")
    return files, names


def told(path: Path, files: ContainerFiles, names: Sequence[str]) -> dict[str, Any]:
    """What was judged, for reports."""
    return {"folder": str(path), "read": list(names), "torch": list(files.torch)}
