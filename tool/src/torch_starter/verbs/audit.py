"""`audit`: look for what is known to be unsafe: packages, where they come from, and code that runs what it loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.core.report import Report
    from torch_starter.verbs import _auditing

    code = _auditing.code(ask)
    change = _auditing.bill_of_materials(ask, code)
    looked = _auditing.look(ask, code)
    return Report(
        command="audit",
        findings=looked.findings,
        facts={"audit": dict(looked.facts)},
        changes=[change] if change else [],
        notes=_auditing.notes(code, looked),
    )


VERB = Verb(
    name="audit",
    summary="Look for what is known to be unsafe: packages, where they come from, code that runs what it loads.",
    example="./dev.sh audit --sbom sbom.json",
    run=run,
    rest="[PATHS]...",
    changes=True,
    options=(
        Option(
            "advisory-db", "Go by these advisories, a zip, folder or file in the OSV form, and ask no service.", "path", "FILE"
        ),
        Option("service", "Ask this service, which speaks OSV.", "text", "URL"),
        Option("ignore", "Leave out this vulnerability, which you have judged.", "texts", "ID"),
        Option("sbom", "Write a bill of materials of the lock, CycloneDX 1.5, to this file.", "path", "FILE"),
        Option("offline", "Ask nobody.", "flag"),
    ),
)
