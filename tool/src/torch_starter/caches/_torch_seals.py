"""The checksums of torch.hub: weights have the beginning of their SHA-256 in their names, as in resnet18-f37072fd.pth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from torch_starter.core.lookout import Lookout
from torch_starter.core.sealed import Seal, Sealed

NAMED = re.compile(r"-(?P<hash>[0-9a-f]{8,64})\.[A-Za-z]+$")
DATE = re.compile(r"(19|20)[0-9]{6}$")  # some name a day there


def sealed(lookout: Lookout, roots: Iterable[Path]) -> Iterator[Sealed]:
    """Every file of weights whose name has a hash."""
    for root in roots:
        for path in lookout.inside(root / "checkpoints"):
            found = NAMED.search(path.name)
            if found and not DATE.match(found["hash"]):
                seal = Seal(str(path), -1, "sha256", (found["hash"],))
                yield Sealed("torch-hub", path.name, str(root), (seal,), "what asks for it next fetches it")
