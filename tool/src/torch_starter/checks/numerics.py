"""Whether what torch computes is right, against float64."""

from torch_starter.checks._probe_files import checks_of
from torch_starter.probes import numerics

HIGHAM = "Higham, Accuracy and Stability of Numerical Algorithms"

CHECKS = checks_of(
    numerics,
    "numerics",
    {"*": ("torch",)},
    source={
        "*": f"{HIGHAM}: the error of a sum of products, gamma(n)",
        "matmul": f"{HIGHAM}, (3.13)",
        "linear_algebra": "LAPACK Working Note 41: test ratios and their threshold",
        "fft": f"{HIGHAM}, theorem 24.2",
        "gradients": "PyTorch, torch.autograd.gradcheck",
        "determinism": "PyTorch, Reproducibility",
        "special_values": "IEEE 754; PyTorch, torch.set_flush_denormal",
    },
)
