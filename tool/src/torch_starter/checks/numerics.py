"""Whether what torch computes is right, against float64."""

from torch_starter.checks._probe_files import checks_of
from torch_starter.probes import numerics

CHECKS = checks_of(numerics, "numerics", {"*": ("torch",)})
