"""Installed files that are not what they were: a bad disk, an editor, a stopped download."""

from __future__ import annotations

from torch_starter.core.kinds import Fault
from torch_starter.core.victim import Victim

EXPECTED = "packages.files"


def edited(victim: Victim) -> None:
    path = victim.find("datasets/config.py")
    victim.replace(path, path.read_text() + "\nHF_ENDPOINT = 'changed'\n")


def one_letter(victim: Victim) -> None:
    path = victim.find("accelerate/utils/constants.py")
    text = path.read_text()
    victim.replace(path, text.replace("a", "A", 1))


def truncated_module(victim: Victim) -> None:
    path = victim.find("transformers/trainer_utils.py")
    victim.replace(path, path.read_bytes()[:4000])


def truncated_library(victim: Victim) -> None:
    path = victim.find("pyarrow/libarrow.so*")
    victim.replace(path, path.read_bytes()[: path.stat().st_size // 2])


def truncated_torch(victim: Victim) -> None:
    path = victim.find("torch/lib/libtorch_python.so")
    victim.replace(path, path.read_bytes()[: path.stat().st_size // 2])


def empty(victim: Victim) -> None:
    victim.replace(victim.find("numpy/linalg/*linalg.py"), b"")


def missing_module(victim: Victim) -> None:
    victim.remove(victim.find("pandas/core/frame.py"))


def missing_library(victim: Victim) -> None:
    victim.remove(victim.find("torch/lib/libc10.so"))


FAULTS = (
    Fault("files.edited", "a line was added to a module of datasets", EXPECTED, edited, level="quick"),
    Fault(
        "files.one-letter",
        "one letter of a module of accelerate is another, its size the same",
        EXPECTED,
        one_letter,
        level="quick",
    ),
    Fault("files.truncated-module", "a module of transformers ends too early", EXPECTED, truncated_module, level="quick"),
    Fault("files.truncated-library", "half of pyarrow's library is there", EXPECTED, truncated_library),
    Fault("files.truncated-torch", "half of a library of torch is there", EXPECTED, truncated_torch),
    Fault("files.empty", "a module of numpy is empty", EXPECTED, empty, level="quick"),
    Fault("files.missing-module", "a module of pandas is not there", EXPECTED, missing_module),
    Fault("files.missing-library", "a library of torch is not there", EXPECTED, missing_library),
)
