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
    source={
        "numpy_torch": "PyTorch, torch.from_numpy: tensor and array share the same memory",
        "numpy_pandas": "pandas, User Guide: Series.to_numpy, and nullable integers",
        "pandas_arrow": "Apache Arrow, Python: pandas integration",
        "arrow_torch": "Apache Arrow, Array.to_numpy: zero_copy_only",
        "datasets_torch": "Hugging Face Datasets, Use with PyTorch",
    },
)
