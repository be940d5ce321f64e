"""What torch-starter itself has put aside: tools beside environments, compiled code, traces of profiles, trials."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch_starter.caches import _compiled
from torch_starter.core.cached import Back, Cost, Part
from torch_starter.core.kinds import Cache
from torch_starter.core.lookout import Lookout
from torch_starter.core.project import STATE

ASIDE = "aside-"  # what a search puts aside, then the number of its process
COMPILED = "compiled"
KINDS: tuple[tuple[str, Cost, str], ...] = (
    ("profilers", "download", "what looks inside scripts, put beside environments"),
    (COMPILED, "build", "graphs that were compiled while we measured"),
    ("native", "build", "our own programs in C"),
    ("profile", "build", "traces of profiles"),
    ("self-test", "build", "copies of an environment with faults"),
    ("candidates", "build", "environments that a search for a lock has tried"),
    ("tool-tests", "download", "the environment of ./dev.sh test"),
)
PROOF = "it proves settings that are in use"


def roots(lookout: Lookout) -> Iterator[Path]:
    """The state of every platform that shares the project's folder."""
    state = lookout.project.root / STATE
    yield from sorted({lookout.project.state, *(each for each in lookout.inside(state) if is_platform(each))})


def is_platform(folder: Path) -> bool:
    return not folder.is_symlink() and folder.is_dir() and folder.name.startswith(("linux-", "darwin-", "windows-"))


def parts(lookout: Lookout) -> Iterator[Part]:
    """A kind of each platform; a proof of `optimize`; what a search that was killed has left."""
    for root in roots(lookout):
        here = "" if root == lookout.project.state else f"{root.name}/"
        for name, cost, detail in KINDS:
            paths = [path for path in lookout.inside(root / name) if path.suffix != ".lock"]
            if paths and not (root / name).is_symlink():
                locks = [path for path in lookout.inside(root / name) if path.suffix == ".lock"]
                holds = [*locks, root / "search", root / f"{name}.lock"]
                back = Back(cost, seconds=sum(map(_compiled.compiling, paths)) if name == COMPILED else 0.0)
                yield lookout.part("torch-starter", f"{here}{name}", paths, back, detail=detail, holds=holds)
        yield from proofs(lookout, root, here)
        if left := [path for path in lookout.inside(root) if path.name.startswith(ASIDE) and not path.is_symlink()]:
            detail = "of searches that were stopped"
            yield lookout.part("torch-starter", f"{here}asides", left, Back("nothing"), detail=detail, holds=[root / "search"])


def proofs(lookout: Lookout, root: Path, here: str) -> Iterator[Part]:
    """What `optimize` has measured of a command. One whose settings are in use stays."""
    for path in lookout.inside(root / "optimize"):
        if not path.is_symlink() and path.is_dir():
            kept = PROOF if (root / "profiles" / f"{path.name}.json").exists() else ""
            holds = [root / "optimize" / "lock"]
            name = f"{here}optimize/{path.name}"
            yield lookout.part("torch-starter", name, [path], Back("build"), kept=kept, detail="a proof", holds=holds)


CACHE = Cache(
    "torch-starter",
    "what we put aside ourselves",
    "Below .torch-starter: profilers beside environments, compiled code, traces of profiles, trials. Never what is in use, nor "
    "the history of benchmarks.",
    roots,
    parts,
    source="docs/cleaning.md",
)
