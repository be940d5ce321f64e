"""Whether a DataLoader's workers deliver batches, however they are started."""

from torch_starter.checks._probe_files import checks_of
from torch_starter.probes import loaders

CHECKS = checks_of(
    loaders,
    "training",
    {"*": ("torch",)},
    full={"loader_spawn", "loader_forkserver"},
    source={
        "loader": "pytorch#5040 (shared memory), pytorch#1355 (hanging workers)",
        "*": "Python, multiprocessing: contexts and start methods",
    },
)
