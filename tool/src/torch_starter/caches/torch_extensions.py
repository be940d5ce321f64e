"""Extensions in C++ and CUDA that were compiled while a script ran."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches import _folders
from torch_starter.core.cached import Back, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout


def roots(lookout: Lookout) -> Iterator[Path]:
    yield _folders.extensions(lookout.variables)


def parts(lookout: Lookout) -> Iterator[Part]:
    """An extension for one version of Python and one accelerator: folders such as py312_cu130/my_extension."""
    for root in roots(lookout):
        for build in (path for path in lookout.inside(root) if path.name.startswith("py") and not path.is_symlink()):
            for path in lookout.inside(build):
                yield lookout.part("torch-extensions", f"{build.name}/{path.name}", [path], Back("build"))


CACHE = Cache(
    "torch-extensions",
    "extensions compiled by torch",
    "Extensions in C++ and CUDA that torch.utils.cpp_extension.load has compiled.",
    roots,
    parts,
    source="torch.utils.cpp_extension.get_default_build_root",
)
