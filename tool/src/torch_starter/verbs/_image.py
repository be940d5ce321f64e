"""Building the image: aside, proven in a throw-away container, then named; what was there before stays until then."""

from __future__ import annotations

import time

from torch_starter.containers import image
from torch_starter.core.ask import Ask
from torch_starter.core.problems import CommandFailed
from torch_starter.core.report import Change, Measurement, Report
from torch_starter.core.units import human_size
from torch_starter.verbs import _hits
from torch_starter.verbs._build import HOLDS_BACK, OF_THE_MACHINE
from torch_starter.verbs._image_order import Order, build_words, ordered, refuse_full_disk
from torch_starter.verbs._image_proof import proof, unproven


def build(ask: Ask) -> Report:
    """Build, prove, name."""
    order = ordered(ask)
    before = image.inspect(order.compose.engine, order.name)
    if ask.flag("dry-run"):
        change = Change(kind="environment", name=order.name, was=short(before), now=f"built for {order.accelerator}")
        return Report(command="build", changes=[change], notes=["Nothing was changed."])
    refuse_full_disk(ask, order)
    with ask.machine.files.lock(ask.project.state / "image.lock", ask.progress.say):
        return build_prove_name(ask, order, before)


def build_prove_name(ask: Ask, order: Order, before: image.Inspected | None) -> Report:
    """What is not proven keeps the name of a candidate; what is stopped leaves none."""
    engine, started = order.compose.engine, time.monotonic()
    try:
        built = built_candidate(ask, order)
        report = Report(command="build", measurements=measured(time.monotonic() - started, built.size))
        report.findings = [unproven(order)] if order.foreign else proof(ask, order)
    except BaseException:
        engine.ask("rm", "--force", order.proving)
        engine.ask("image", "rm", order.candidate)
        raise
    if any(each.verdict in HOLDS_BACK and each.group not in OF_THE_MACHINE for each in report.findings):
        report.notes.append(f"The image was not proven, and has no other name than {order.candidate}.")
        return report
    engine.demand("naming the image", "tag", order.candidate, order.name)
    engine.ask("image", "rm", order.candidate)
    if before and before.id != built.id and not engine.ask("image", "rm", before.id).ok:
        report.notes.append("A container still runs from the image before, which is removed with the next ./dev.sh up.")
    report.changes.append(Change(kind="environment", name=order.name, was=short(before), now=short(built)))
    report.notes.append("Start it with ./dev.sh up; a container that runs keeps the image that it was started from.")
    return report


def built_candidate(ask: Ask, order: Order) -> image.Inspected:
    """Build; raises CommandFailed where that fails."""
    words = ["buildx", "build", "--progress", "plain", *build_words(ask, order), "."]
    text, started = ask.machine.files.read(ask.project.root / "Dockerfile") or "", time.monotonic()
    with ask.progress.stage("image", None, "things") as stage:
        steps = image.Steps.told_to(stage, text)
        order.compose.engine.demand("building the image", *words, on_line=steps.read)
    _hits.layers(
        ask,
        len(steps.cached - steps.bases),
        len(steps.done - steps.bases),
        time.monotonic() - started,
        rated=not ask.flag("no-cache"),
    )
    built = image.inspect(order.compose.engine, order.candidate)
    if built is None:
        raise CommandFailed("image.lost", "the image was built, and is not there", "docker images")
    return built


def measured(seconds: float, size: int) -> list[Measurement]:
    return [
        Measurement(name="image", unit="s", better="lower", samples=(round(seconds, 2),)),
        Measurement(name="size", unit="bytes", better="lower", samples=(float(size),)),
    ]


def short(found: image.Inspected | None) -> str:
    """An image as people tell it from another."""
    return f"{found.id.removeprefix('sha256:')[:12]}, {human_size(found.size)}" if found else ""
