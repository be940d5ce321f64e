"""Whether torch.compile gives what the function gives without it."""

from torch_starter.checks._probe_files import checks_of
from torch_starter.probes import compile as compile_probes

CHECKS = checks_of(
    compile_probes,
    "compile",
    {"*": ("torch",)},
    full={"inductor"},
    source={"eager": "PyTorch, torch.compile troubleshooting", "inductor": "pytorch#92745, pytorch#97501, pytorch#103417"},
)
