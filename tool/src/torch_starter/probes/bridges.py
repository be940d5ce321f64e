"""What one library hands to another: the same memory, or the same values and types.

Extensions compiled against another NumPy or Arrow than the installed one break here, often with wrong values rather
than an error. Every probe returns {"seen": words}, and raises AssertionError where a result is wrong.
"""

from __future__ import annotations

import warnings


def numpy_torch() -> dict[str, object]:
    """A tensor made from an array shares its memory, and numbers of each type go there and back as they were."""
    import numpy as np
    import torch

    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    tensor = torch.from_numpy(array)
    tensor[1, 2] = 50.0
    _equal("array after a write to the tensor that shares it", array.tolist(), [[0, 1, 2], [3, 4, 50]])
    array[0, 0] = -7.0
    _equal("tensor after a write to the array that it shares", tensor.tolist(), [[-7, 1, 2], [3, 4, 50]])
    types = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64")
    for name in types:
        there = np.array([0, 1, 100]).astype(name)
        back = torch.tensor(there).clone().numpy()
        _equal(f"type of {name} after torch", str(back.dtype), name)
        _equal(f"values of {name} after torch", back.tolist(), there.tolist())
    return {"seen": f"memory is shared both ways, {len(types)} types go there and back"}


def numpy_pandas() -> dict[str, object]:
    """A frame's columns are arrays of the right type, a view where pandas promises one, and missing values stay so."""
    import numpy as np
    import pandas as pd

    array = np.arange(4.0)
    frame = pd.DataFrame({"x": array, "n": np.array([1, 2, 3, 4], dtype=np.int32)})
    _equal("column as an array", frame["x"].to_numpy().tolist(), [0.0, 1.0, 2.0, 3.0])
    _equal("type of an int32 column", str(frame["n"].to_numpy().dtype), "int32")
    _equal("type of a mixed frame as one array", str(frame.to_numpy().dtype), "float64")
    _equal("shares memory with its array", np.shares_memory(pd.Series(array, copy=False).to_numpy(), array), True)
    holed = pd.array([1, None, 3], dtype="Int64").to_numpy(dtype="float64", na_value=np.nan)
    _equal("missing values as an array", np.isnan(holed).tolist(), [False, True, False])
    times = pd.Series(pd.to_datetime(["2024-02-29", None])).to_numpy()
    _equal("missing times as an array", np.isnat(times).tolist(), [False, True])
    roots = np.sqrt(frame["n"])
    _equal("NumPy's function of a column", (type(roots).__name__, roots.tolist()[3]), ("Series", 2.0))
    return {"seen": "columns share memory with arrays, types and missing values are kept"}


def pandas_arrow() -> dict[str, object]:
    """A frame of numbers, strings, times and missing values is the same after Arrow, in memory and as Parquet."""
    import pandas as pd
    import pyarrow as pa
    from pyarrow import parquet

    frame = pd.DataFrame(
        {
            "float": [1.5, None, -0.0],
            "integer": pd.array([1, None, 2**62], dtype="Int64"),
            "flag": [True, False, True],
            "text": ["caf\u00e9", None, ""],
            "time": pd.to_datetime(["2024-02-29 12:34:56.789", None, "1969-07-20 20:17:40.000"]),
            "zoned": pd.to_datetime(["2024-01-01", "2024-07-01", None]).tz_localize("UTC"),
            "kind": pd.Categorical(["b", "a", "b"]),
        }
    )
    table = pa.Table.from_pandas(frame)
    nulls = [column.null_count for column in table.columns]
    _equal("missing values of each column in Arrow", nulls, [1, 1, 0, 1, 1, 1, 0])
    pd.testing.assert_frame_equal(table.to_pandas(), frame)
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink)
    pd.testing.assert_frame_equal(parquet.read_table(pa.BufferReader(sink.getvalue())).to_pandas(), frame)
    return {"seen": f"{frame.shape[1]} columns with {sum(nulls)} missing values are the same after Arrow and Parquet"}


def arrow_torch() -> dict[str, object]:
    """An Arrow column becomes a tensor through NumPy without a copy: all three show the same address."""
    import pyarrow as pa
    import torch

    types = {"int32": torch.int32, "int64": torch.int64, "float32": torch.float32, "float64": torch.float64}
    for name, dtype in types.items():
        column = pa.array([1, -2, 3], type=name)
        with warnings.catch_warnings():
            # Arrow's memory is read-only, and torch says so; we only read.
            warnings.simplefilter("ignore")
            tensor = torch.from_numpy(column.to_numpy(zero_copy_only=True))
        _equal(f"type of an Arrow {name} in torch", tensor.dtype, dtype)
        _equal(f"values of an Arrow {name} in torch", tensor.tolist(), [1, -2, 3])
        _equal(f"address of an Arrow {name} in torch", tensor.data_ptr(), column.buffers()[1].address)
    return {"seen": f"columns of {len(types)} types become tensors without a copy"}


def datasets_torch() -> dict[str, object]:
    """A datasets table in torch format feeds a DataLoader with batches of the right shape, type and sum."""
    import torch
    from datasets import Dataset

    rows = {"x": [[float(n), n / 2] for n in range(10)], "label": list(range(10))}
    loader = torch.utils.data.DataLoader(Dataset.from_dict(rows).with_format("torch"), batch_size=4)
    batches = list(loader)
    shapes = [list(batch["x"].shape) for batch in batches]
    _equal("shapes of the batches", shapes, [[4, 2], [4, 2], [2, 2]])
    types = (batches[0]["x"].dtype, batches[0]["label"].dtype)
    _equal("types of the batches", types, (torch.float32, torch.int64))
    total = sum(float(batch["x"].sum()) for batch in batches)
    _equal("sum over the batches", total, 67.5)
    return {"seen": f"{len(batches)} batches of a DataLoader sum to {total:g}"}


def _equal(name: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise AssertionError(f"{name}: got {got!r}, wanted {wanted!r}.")
