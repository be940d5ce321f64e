"""`down`: ends and removes the container; the volumes stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.containers import running
    from torch_starter.containers.compose import Compose
    from torch_starter.containers.engine import problem
    from torch_starter.core.report import Change, Report
    from torch_starter.verbs import _engine

    compose = Compose(_engine.engine(ask))
    with ask.machine.files.lock(ask.project.state / "container.lock", ask.progress.say):
        config = compose.config()
        there = running.of_project(compose.engine, config.name)
        volumes = [name for name in config.volume_names if compose.engine.has_volume(name)] if ask.flag("volumes") else []
        changes = [Change(kind="environment", name=each.name, was=each.state.status, now="removed") for each in there]
        changes += [Change(kind="environment", name=name, was="a volume", now="removed, with all in it") for name in volumes]
        if ask.flag("dry-run"):
            return Report(command="down", changes=changes, notes=["Nothing was changed."])
        if volumes and not (ask.flag("yes") or agreed(ask, volumes)):
            return Report(command="down", notes=["Nothing was ended, and nothing removed."])
        done = compose.ask("down", "--remove-orphans", *(["--volumes"] if volumes else []), timeout=None)
        if not done.ok:
            raise problem(done, "ending the container")
    kept = "" if ask.flag("volumes") else " The volumes are kept."
    return Report(command="down", changes=changes, notes=[f"It is down.{kept}" if changes else f"Nothing was up.{kept}"])


def agreed(ask: Ask, volumes: Sequence[str]) -> bool:
    """What the user says; raises WrongUsage where nobody is there to say anything."""
    from torch_starter.core.problems import WrongUsage

    answer = ask.confirm(f"These volumes, with all in them: {', '.join(volumes)}\nRemove them?")
    if answer is None:
        raise WrongUsage("down.unconfirmed", "nothing was removed: volumes hold data and caches", "./dev.sh down --volumes --yes")
    return answer


VERB = Verb(
    name="down",
    summary="End and remove the container. Its volumes, caches and data stay.",
    example="./dev.sh down",
    run=run,
    changes=True,
    options=(
        Option("volumes", "Remove the volumes too, and with them caches, credentials and data. Asks first.", "flag"),
        Option("yes", "Do not ask.", "flag"),
    ),
)
