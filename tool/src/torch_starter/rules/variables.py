"""Variables that common advice sets, and that do something else or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles, Variable
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import all_but, shown, stale, variables, well, without, wrong

CACHES = ("TRANSFORMERS_CACHE", "PYTORCH_TRANSFORMERS_CACHE", "PYTORCH_PRETRAINED_BERT_CACHE")
CUDA_FOLDER = re.compile(r"(^|/)cuda[^/:]*/(.*/)?lib(64)?(/|$)|(^|/)cuda[^/:]*/targets/")
OTHERS = re.compile(r"tensorflow|tensorrt|onnxruntime|jax|cupy|paddle")  # what needs the system's CUDA


def unread(files: ContainerFiles) -> Iterator[Sight]:
    yield from all_but(files, "TORCH_NUM_THREADS")
    for each in variables(files, "TORCH_NUM_THREADS"):
        yield stale(
            each.place,
            f"{shown(each)}: nothing reads it, PyTorch neither",
            "OMP_NUM_THREADS and MKL_NUM_THREADS, with one number",
            f"write OMP_NUM_THREADS and MKL_NUM_THREADS instead, or {without(each)}",
        )


def caches(files: ContainerFiles) -> Iterator[Sight]:
    yield from all_but(files, *CACHES)
    for each in variables(files, *CACHES):
        yield stale(
            each.place,
            f"{shown(each)}: transformers 5 ignores it; before, it keeps models apart from those of the other libraries",
            "HF_HOME alone: models lie in $HF_HOME/hub",
            f"write HF_HOME instead, and {without(each)}",
        )


def hash_seed(files: ContainerFiles) -> Iterator[Sight]:
    yield from all_but(files, "PYTHONHASHSEED")
    for each in variables(files, "PYTHONHASHSEED"):
        value = each.value
        if value in ("random", ""):
            yield well(each.place, "PYTHONHASHSEED=random is Python's default, and changes nothing" if value else "")
        elif value is None or (value.isdigit() and int(value[:12]) < 2**32):
            yield well(each.place)
        else:
            yield wrong(
                each.place,
                f"{shown(each)}: Python does not start with it",
                "a whole number below 4294967296 for the same order in each run, else nothing",
                without(each),
            )


def loader_path(files: ContainerFiles) -> Iterator[Sight]:
    if not files.torch:
        raise Absent("nothing here asks for PyTorch")
    yield from all_but(files, "LD_LIBRARY_PATH")
    for each in variables(files, "LD_LIBRARY_PATH"):
        folders = (each.written or "").split(":")
        stubs = [folder for folder in folders if folder.rstrip("/").endswith("/stubs")]
        cuda = [folder for folder in folders if CUDA_FOLDER.search(folder) and "compat" not in folder]
        if stubs:
            seen = f"{stubs[0]} is in it: its libcuda is a stub, and PyTorch finds no GPU"
            yield wrong(each.place, seen, "the driver's own libcuda", f"take {stubs[0]} out of LD_LIBRARY_PATH")
        elif cuda and not needs_cuda(files, each):
            yield stale(
                each.place,
                f"{cuda[0]} is in it: libraries there can be loaded in place of those that PyTorch's wheels bring",
                "no folder of a CUDA toolkit: the wheels find their own libraries",
                f"take {cuda[0]} out of LD_LIBRARY_PATH",
            )
        else:
            yield well(each.place)


def needs_cuda(files: ContainerFiles, variable: Variable) -> bool:
    """Whether the file of a variable installs something besides torch that needs a CUDA toolkit."""
    file = files.dockerfiles.get(variable.place.file)
    stages = file.stages if file else ()
    return any(OTHERS.search(command.text) for stage in stages for each in stage.of("RUN") for command in each.commands)


RULES = (
    Rule(
        "files.torch-num-threads",
        "TORCH_NUM_THREADS, which nothing reads, is not relied on",
        "It is often set, and read by nothing: PyTorch takes MKL_NUM_THREADS, then OMP_NUM_THREADS.",
        unread,
        "variables",
        "Every place that sets it.",
        "Set OMP_NUM_THREADS and MKL_NUM_THREADS to one number.",
        "The source of torch (ParallelCommon.cpp); measured: docs/decisions/torch-num-threads.md",
    ),
    Rule(
        "files.transformers-cache",
        "models are cached where HF_HOME says",
        "TRANSFORMERS_CACHE is deprecated, gone in transformers 5, and splits the cache: a model is downloaded twice.",
        caches,
        "variables",
        "Every place that sets it, or one of its two older names.",
        "Set HF_HOME alone.",
        "The source of transformers (utils/hub.py); measured: docs/decisions/transformers-cache.md",
    ),
    Rule(
        "files.pythonhashseed",
        "PYTHONHASHSEED is `random` or a number",
        "Python does not start with another value. `random` is its default: harmless, and nothing that makes runs alike.",
        hash_seed,
        "variables",
        "Every place that sets it.",
        "Take it out, or write a number where the order of sets must be the same in each run.",
        "Measured: docs/decisions/pythonhashseed.md",
    ),
    Rule(
        "files.loader-path",
        "LD_LIBRARY_PATH leads to no other CUDA than that of the wheels",
        "PyTorch's wheels bring cuBLAS, cuDNN and NCCL in the versions that they were built with. LD_LIBRARY_PATH can put "
        "others before them. The folder `stubs` holds a libcuda for linking alone. Folders named compat, which are for old "
        "drivers, are left alone, and so is a Dockerfile that installs TensorFlow, TensorRT, ONNX Runtime, JAX, CuPy or Paddle.",
        loader_path,
        "variables",
        "Folders of CUDA toolkits in LD_LIBRARY_PATH.",
        "Take the folder out; set the variable for the one command that needs it.",
        "The manual of ld.so(8)",
    ),
)
