"""The rendered files, as the spec would render them now."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Artifact
from torch_starter.core.quality import Code, Quality
from torch_starter.core.rendered import judged, state
from torch_starter.core.report import Finding
from torch_starter.core.spec_file import read


def look(code: Code) -> Iterator[Finding]:
    """A finding for each file; with `fix` those that nobody has edited are written anew."""
    spec = read(code.project.spec, code.machine.files.read(code.project.spec), {}).spec  # for everybody, so not by variables
    for artifact in collect("artifacts", Artifact):
        path, wanted = code.root / artifact.path, artifact.render(spec)
        there = code.machine.files.read(path)
        if code.fix and there != wanted and (there is None or state(there) == "as rendered"):
            code.machine.files.write(path, wanted)
            there = wanted
        found = judged(artifact, wanted, there)
        yield Finding(
            id=f"rendered.{artifact.path}",
            verdict=found.verdict,
            title=found.title,
            seen=found.seen,
            remedy=found.remedy,
            place=found.place,
            fixable=found.remedy == "./dev.sh render",
        )


QUALITY = Quality(
    name="rendered",
    title="rendered files are as the spec renders them",
    about="The container files, the hooks of git and the workflow, held against torch-starter.toml.",
    look=look,
    mend="./dev.sh render",
    source="torch-starter.toml",
    fixes=True,
)
