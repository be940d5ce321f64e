"""What an update answers: what changed, what is held and why, what was taken back by its makers, what it took."""

from __future__ import annotations

from collections.abc import Iterable

from torch_starter.core.ask import Ask
from torch_starter.core.report import Change, Finding, Measurement, Report
from torch_starter.core.units import human_size
from torch_starter.making import lock_label, release_notes, wheels
from torch_starter.making.release_notes import HoldRow, Step, Updated
from torch_starter.search.holds import Hold
from torch_starter.verbs._updating import Searched, Update, direct


def tell(ask: Ask, found: Update, report: Report, seconds: float) -> None:
    """Put the whole answer into a report, and into a file as Markdown where that was asked for."""
    rows = [updated(found, each) for each in found.searched]
    report.changes[:0] = [*file_changes(found), *changes(rows)]
    report.notes += held_lines(found)
    report.notes += dropped_lines(found)
    for row, each in zip(rows, found.searched, strict=True):
        for name, version, reason in row.yanked:
            if each.after.get(name) == version:
                report.findings.append(yanked(row.name, name, version, reason))
            else:
                report.notes.append(
                    f"{row.name}: {name} {version} was taken back by its makers: {reason or 'no reason is given'}"
                )
    report.measurements += measured(found, seconds)
    disk = max((each.bench.disk for each in found.searched), default=0)
    if disk:
        report.notes.append(f"The trials took {human_size(disk)} of disk beside uv's cache, given back since.")
    if (path := ask.path("markdown")) is not None:
        title = {"title": "What would be tried: nothing was changed"} if ask.flag("dry-run") else {}
        ask.machine.files.write(path, release_notes.as_markdown(rows, **title))
        report.notes.append(f"The answer as Markdown is in {path}.")


def updated(found: Update, each: Searched) -> Updated:
    """One lock's part of the answer."""
    steps = release_notes.steps(each.before, each.after, direct(found))
    gone = [hold for hold in found.before if hold.concerns(each.name) and not kept(hold, found, each.name)]
    return Updated(
        name=each.name,
        label=label(each),
        steps=steps,
        sizes=sizes(each, steps),
        held=[row(hold) for hold in each.holds],
        dropped=[row(hold) for hold in gone if each.outcome.found],
        yanked=each.bench.taken_back(),
        trials=len(each.bench.tried),
        seconds=each.seconds,
        disk_bytes=each.bench.disk,
    )


def kept(hold: Hold, found: Update, name: str) -> bool:
    """Whether a hold is still needed for an accelerator."""
    return any((hold.package, hold.bound) == (other.package, other.bound) and other.concerns(name) for other in found.holds)


def row(hold: Hold) -> HoldRow:
    return HoldRow(hold.package, hold.bound, hold.check, hold.evidence, hold.date)


def label(each: Searched) -> str:
    """What the lock was proven on, in the words that the lock itself has."""
    if each.outcome.found is None:
        return "not tried: as it was" if each.bench.dry else "not proven: as it was"
    text = each.text or each.bench.ask.machine.files.read(each.bench.ask.project.lock(each.name)) or ""
    return lock_label.told(text)


def sizes(each: Searched, steps: Iterable[Step]) -> dict[str, int]:
    """What must be downloaded for the packages that change, in bytes."""
    names = {step.name for step in steps if step.now}
    if not names or each.outcome.found is None:
        return {}
    bench = each.bench
    listed = wheels.read(bench.resolver.files_of(each.outcome.found.text, bench.accelerator))
    for machine in wheels.ARCHITECTURES:
        if machine == bench.markers["platform_machine"]:
            found = wheels.download_bytes(listed, machine, bench.markers["python_version"])
            return {name: size for name, size in found.items() if name in names}
    return {}


def changes(rows: Iterable[Updated]) -> list[Change]:
    """The packages that change, each once, with the locks in which they do."""
    names: dict[Step, list[str]] = {}
    bytes_of: dict[Step, int] = {}
    for each in rows:
        for step in each.steps:
            names.setdefault(step, []).append(each.name)
            bytes_of[step] = each.sizes.get(step.name, bytes_of.get(step, 0))
    found = []
    for step, locks in names.items():
        size = f", {human_size(bytes_of[step])}" if bytes_of.get(step) else ""
        why = f"{step.kind}{size} ({', '.join(locks)})"
        found.append(Change(kind="package", name=step.name, was=step.was or "", now=step.now or "removed", why=why))
    return found


def held_lines(found: Update) -> list[str]:
    """What is held and why, each once; where only some packages move, what was held before is not told again."""
    told: dict[tuple[str, str, str, str], list[str]] = {}
    for each in found.searched:
        for hold in each.holds:
            if found.request.moving is None or hold not in found.before:
                stays = f"stays at {each.after[hold.package]}" if hold.package in each.after else "is left out"
                told.setdefault((f"{hold.package} {stays}", hold.bound, hold.check, hold.evidence), []).append(each.name)
    return [f"{what} ({bound}; {', '.join(names)}): {check}: {why}" for (what, bound, check, why), names in told.items()]


def file_changes(found: Update) -> list[Change]:
    """What becomes of the lines of pyproject.toml; nothing where it stays, since what was asked for does not work."""
    edited = [edit.after or "" for edit in found.edits() if edit.path == "pyproject.toml" and edit.after != edit.before]
    texts = [found.texts["pyproject.toml"] or "", *edited[:1]]
    if not edited and found.ask.flag("dry-run") and found.request.pyproject is not None:
        texts.append(found.request.pyproject)
    if len(texts) == 1:
        return []
    before, after = (text.splitlines() for text in texts)
    gone = "; ".join(line.strip() for line in before if line not in after)
    new = "; ".join(line.strip() for line in after if line not in before)
    return [Change(kind="file", name="pyproject.toml", was=gone, now=new or "removed")]


def dropped_lines(found: Update) -> list[str]:
    """The holds that are needed no more."""
    now = {(hold.package, hold.bound) for hold in found.holds}
    gone = [hold for hold in found.before if (hold.package, hold.bound) not in now]
    return [f"{hold.package}{hold.bound} is held no more: {hold.check} passes without." for hold in gone]


def yanked(name: str, package: str, version: str, reason: str) -> Finding:
    """A package of the lock was taken back."""
    return Finding(
        id=f"lock.yanked.{name}.{package}",
        verdict="warn",
        title=f"no package of locks/{name}.txt was taken back by its makers",
        seen=f"{package} {version} was: {reason or 'no reason is given'}",
        remedy="./dev.sh lock-update, which takes another where there is one",
    )


def measured(found: Update, seconds: float) -> list[Measurement]:
    """What the search took."""
    benches = [each.bench for each in found.searched]
    values = {
        ("trials", "sets"): len({key for bench in benches for key in bench.tried}),
        ("search", "s"): round(seconds, 2),
        ("disk", "bytes"): max((bench.disk for bench in benches), default=0),
        ("disk-share", "environments"): round(max((bench.share for bench in benches), default=0.0), 3),
    }
    return [Measurement(name=name, unit=unit, better="lower", samples=(value,)) for (name, unit), value in values.items()]
