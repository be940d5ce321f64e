"""`build`: builds the image, proves it in a container, and only then gives it its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    from torch_starter.verbs import _image

    return _image.build(ask)


VERB = Verb(
    name="build",
    summary="Build the container's image, prove it in a container, and only then give it its name.",
    example="./dev.sh build",
    run=run,
    changes=True,
    options=(
        Option("accelerator", "The build of PyTorch in it; auto: the first of torch-starter.toml that fits.", "text", "NAME"),
        Option("platform", "For another machine, such as linux/arm64; it is not proven here.", "text", "PLATFORM"),
        Option("uid", "The number of the container's user; else yours, or 1000.", "text", "NUMBER"),
        Option("no-cache", "Build every step anew.", "flag"),
    ),
)
