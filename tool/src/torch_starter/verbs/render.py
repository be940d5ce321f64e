"""`render`: writes the container files from the spec; with --check says where they are not as it would write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.core.catalog import collect
    from torch_starter.core.kinds import Artifact
    from torch_starter.core.problems import WrongUsage
    from torch_starter.core.rendered import difference, judged
    from torch_starter.core.report import Change, Report
    from torch_starter.core.spec_file import read

    if ask.flag("check") and (ask.flag("force") or ask.flag("dry-run")):
        raise WrongUsage("render.check", "--check writes nothing", "leave --force and --dry-run out")
    spec = read(ask.project.spec, ask.machine.files.read(ask.project.spec), {}).spec  # for everybody, so not by variables
    artifacts = collect("artifacts", Artifact)
    wanted = {artifact.path: artifact.render(spec) for artifact in artifacts}
    there = {path: ask.machine.files.read(ask.project.root / path) for path in wanted}
    if ask.flag("check"):
        differing = [path for path, text in wanted.items() if (there[path] or text) != text]
        findings = [judged(artifact, wanted[artifact.path], there[artifact.path]) for artifact in artifacts]
        notes = [difference(path, there[path] or "", wanted[path]) for path in differing]
        return Report(command="render", findings=findings, notes=notes)
    stale = {path: text for path, text in wanted.items() if there[path] != text}
    if not ask.flag("force"):
        refuse_to_lose(there, wanted)
    if not ask.flag("dry-run"):
        for path, text in stale.items():
            ask.machine.files.write(ask.project.root / path, text)
    changes = [Change(kind="file", name=path, was="", now=told(path, there[path], text)) for path, text in stale.items()]
    notes = ["Nothing was changed."] if ask.flag("dry-run") or not stale else list(what_takes_it(stale))
    return Report(command="render", changes=changes, notes=notes)


def what_takes_it(paths: Iterable[str]) -> Iterator[str]:
    """What makes use of the files that were written."""
    written = set(paths)
    if written & {"Dockerfile", ".dockerignore"}:
        yield "./dev.sh build makes an image of it."
    if written & {"Dockerfile", ".dockerignore", "compose.yaml", "compose.gpu.yaml", "compose.debug.yaml"}:
        yield "./dev.sh up starts the container with it."
    if ".devcontainer/devcontainer.json" in written:
        yield "An editor asks whether to rebuild its container."


def refuse_to_lose(there: Mapping[str, str | None], wanted: Mapping[str, str]) -> None:
    """Raise WrongUsage where a file has lines that no rendering wrote."""
    from torch_starter.core.problems import WrongUsage
    from torch_starter.core.rendered import KEEP, state

    for path, text in there.items():
        if text is not None and text != wanted[path] and (how := state(text)) != "as rendered":
            why = "was edited by hand" if how == "edited" else "was not written by torch-starter"
            raise WrongUsage(
                f"render.{how}",
                f"{path} {why}, and would be overwritten; nothing was written",
                f"./dev.sh render --check shows it; {KEEP}",
            )


def told(path: str, there: str | None, wanted: str) -> str:
    """How much of a file is other than it was."""
    if there is None:
        return "new"
    from torch_starter.core.rendered import difference

    signs = [line[:1] for line in difference(path, there, wanted).splitlines()[2:]]
    return f"{signs.count('+')} lines more, {signs.count('-')} less"


VERB = Verb(
    name="render",
    summary="Write the container files from torch-starter.toml: Dockerfile, compose files, dev container.",
    example="./dev.sh render --check",
    run=run,
    changes=True,
    options=(
        Option("check", "Write nothing; show what differs, and exit 1 where something does.", "flag"),
        Option("force", "Overwrite a file also where it was edited by hand.", "flag"),
    ),
)
