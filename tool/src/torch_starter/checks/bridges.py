"""Data that goes from one library to another and back."""

from torch_starter.checks._probe_files import checks_of
from torch_starter.probes import bridges

CHECKS = checks_of(
    bridges,
    "bridges",
    {
        "numpy_torch": ("numpy", "torch"),
        "numpy_pandas": ("numpy", "pandas"),
        "pandas_arrow": ("pandas", "pyarrow"),
        "arrow_torch": ("pyarrow", "torch"),
        "datasets_torch": ("datasets", "torch"),
    },
)
