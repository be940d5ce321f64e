"""`cache import`: unpacks a bundle, and sets up from it without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.bundles.manifest import Manifest
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Finding, Report
    from torch_starter.verbs._importing import Target


def run(ask: Ask) -> Report:
    from torch_starter.bundles import unpack
    from torch_starter.core.report import Report
    from torch_starter.verbs import _bundles, _importing

    to, report = _importing.target(ask), Report(command="cache import")
    with unpack.opened(_bundles.file_of(ask, "cache import")) as opened:
        manifest = opened.manifest
        _importing.refuse(ask, manifest, to)
        accelerator = _importing.accelerator_of(ask, manifest) if sets_up(ask) else ""
        report.findings.append(described(manifest))
        report.notes.append(f"{report.findings[0].title}: {report.findings[0].seen}")
        if ask.flag("dry-run"):
            return planned(ask, manifest, to, report)
        report.changes += _importing.bring(ask, opened, to)
    if ask.text("to"):
        report.notes.append(f"To serve it:  python3 -m http.server --directory {to.mirror.root}   (docs/sharing.md)")
        return report
    report.changes += _importing.share_models(ask, manifest, to)
    return set_up(ask, manifest, accelerator, to, report) if accelerator else report


def sets_up(ask: Ask) -> bool:
    """A folder that is to be served is all that is wanted, where one is named."""
    return not ask.flag("no-setup") and ask.text("to") is None


def described(manifest: Manifest) -> Finding:
    """What is in it."""
    from torch_starter.core.report import Finding
    from torch_starter.core.units import human_size

    models = f", {len(manifest.models)} models" if manifest.models else ""
    what = f"{len(manifest.wheels)} wheels{models}, {human_size(manifest.size)}, for {manifest.platform}"
    return Finding(id="bundle", verdict="ok", title=f"bundle of {', '.join(manifest.accelerators)}", seen=what)


def planned(ask: Ask, manifest: Manifest, to: Target, report: Report) -> Report:
    """What would be done."""
    from torch_starter.core.report import Change
    from torch_starter.verbs import _importing

    now = f"{len(manifest.wheels)} wheels"
    report.changes.append(Change(kind="file", name=_importing.shown(ask, to.mirror.root), was="", now=now))
    report.notes.append("Nothing was unpacked, but the tool itself where it was not there yet.")
    return report


def set_up(ask: Ask, manifest: Manifest, accelerator: str, to: Target, report: Report) -> Report:
    """Set up without the network, and prove it; what was found before is told first."""
    from dataclasses import replace

    from torch_starter.verbs import _importing, _judge, setup

    report.findings.append(_importing.judged(ask, manifest, accelerator, to.mirror))
    options = {**ask.options, "offline": True, "extra": manifest.extras}
    done = setup.set_up(replace(ask, options=options), _judge.default_checks(), "cache import")
    done.findings[:0] = report.findings
    done.changes[:0] = report.changes
    done.notes[:0] = report.notes
    return done


VERB = Verb(
    name="cache import",
    summary="Unpack a bundle of cache export, check all of it, and set up from it without a network.",
    example="./dev.sh cache import bundle.tar.zst",
    run=run,
    rest="BUNDLE",
    changes=True,
    options=(
        Option("to", "Unpack into this folder, to serve it to others, and set up nothing.", "text", "FOLDER"),
        Option("accelerator", "Set up this build of PyTorch instead of the one that fits.", "text", "NAME"),
        Option("no-setup", "Unpack alone.", "flag"),
    ),
)
