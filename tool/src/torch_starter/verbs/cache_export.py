"""`cache export`: one file with all that another machine needs to be set up without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from pathlib import Path

    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.verbs import _exporting

    return _exporting.export(ask, bundle(ask))


def bundle(ask: Ask) -> Path:
    """Where it is written to; raises WrongUsage."""
    from torch_starter.core.problems import WrongUsage
    from torch_starter.verbs import _bundles

    path = _bundles.file_of(ask, "cache export")
    if path.is_dir() or not path.parent.is_dir():
        what = "is a folder" if path.is_dir() else "would be in a folder that is not there"
        raise WrongUsage("bundle.name", f"{path} {what}", "give the path of a file in a folder that is there")
    return path


VERB = Verb(
    name="cache export",
    summary="Write one file with the locked wheels, uv, a Python and models, for a machine without a network.",
    example="./dev.sh cache export bundle.tar.zst --accelerator cpu",
    run=run,
    rest="BUNDLE",
    changes=True,
    options=(
        Option("accelerator", "The packages of this build of PyTorch; as often as wanted.", "texts", "NAME"),
        Option("extra", "With this extra of pyproject.toml, besides those that set-up takes.", "texts", "NAME"),
        Option("model", "With this model, from the cache of the Hugging Face hub.", "texts", "ORG/NAME[@REV]"),
        Option("no-python", "Leave Python out.", "flag"),
    ),
)
