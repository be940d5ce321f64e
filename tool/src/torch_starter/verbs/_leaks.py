"""Searching for secrets where checks ask for it: in the project's files, in what git has of them, and in the image."""

from __future__ import annotations

from collections.abc import Set

from torch_starter.containers.compose import Compose
from torch_starter.core.ask import Ask
from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.leaks import InGit, Leaks, Secrets, answered
from torch_starter.core.problems import Problem
from torch_starter.core.processes import Done
from torch_starter.scanning import allowed, committed, history, image, tree
from torch_starter.verbs import _engine

ENGINE_SECONDS = 20.0


def search(ask: Ask, wanted: Set[str]) -> Secrets:
    """The places that the checks read: "secrets" are the files and the image, "history" the commits."""
    machine, root = ask.machine, ask.project.root
    try:
        known = allowed.read(machine.files, root)
    except Unknown as reason:
        unknown = Leaks(unknown=str(reason))
        return Secrets(files=unknown, history=unknown, image=unknown)
    none = Leaks(absent="not asked for")
    here = "secrets" in wanted
    return Secrets(
        files=answered(lambda: tree.search(machine, root, known)) if here else none,
        image=answered(lambda: of_image(ask, known)) if here else none,
        in_git=committed.search(machine, root) if here else InGit(),
        history=answered(lambda: history.search(machine, root, known)) if "history" in wanted else none,
    )


def of_image(ask: Ask, known: allowed.Allowed) -> Leaks:
    """The image that `./dev.sh build` makes; raises Absent where there is no engine to ask, or no image."""
    try:
        engine = _engine.engine(ask)
        if not engine.ask("version", timeout=ENGINE_SECONDS).ok:
            raise Absent("the container engine does not answer")
        name = f"{Compose(engine).config().image}:latest"

        def docker(*words: str) -> Done:
            return engine.ask(*words, timeout=ENGINE_SECONDS)

        return image.search(docker, name, known)
    except Problem as problem:
        raise Absent(problem.message) from None
