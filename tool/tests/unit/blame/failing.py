"""Failures as real programs tell them, and who is blamed for them."""

from __future__ import annotations

from torch_starter.blame.blame import blame, module_owners
from torch_starter.core.evidence import Distribution
from torch_starter.core.probing import Answer
from torch_starter.core.report import Finding
from torch_starter.core.trial import Failure
from torch_starter.testing import evidence

NAMES = ("numpy", "pyarrow", "datasets", "torch", "torchaudio", "torchvision", "transformers", "accelerate", "tokenizers")
NEEDS = {"datasets": ("pyarrow>=15", "numpy"), "transformers": ("tokenizers", "numpy"), "accelerate": ("torch",), "torch": ()}
INSTALLED = {name: Distribution("1.0", requires=NEEDS.get(name, ()), modules=(name,)) for name in NAMES}
SITE = "/home/me/env/lib/python3.12/site-packages"


def frames(*paths: str, function: str = "f", source: str = "f()") -> str:
    """A traceback up to its error; the last path is that of the raise."""
    lines = [f'  File "{path}", line 5, in {function}\n    {source}\n    ^^^\n' for path in paths]
    return "Traceback (most recent call last):\n" + "".join(lines)


def raised(probe: str, text: str, printed: str = "") -> Answer:
    kind, _, error = text.strip().splitlines()[-1].partition(": ")
    return Answer(probe, "raised", error_type=kind, error=error, traceback=text, err=printed)


def blamed(
    text: str, about: tuple[str, ...] = (), id: str = "training.trainer", printed: str = "", wanted: tuple[str, ...] = ()
) -> Failure:
    """For a probe that raised."""
    answer = raised("a.probe", text, printed)
    finding = Finding(
        id=id, verdict="fail", title="it works", seen=f"{answer.error_type}: {answer.error}", probe="a.probe", about=about
    )
    return blame(finding, evidence(installed=INSTALLED, answers=[answer], wanted=wanted))


def strengths(failure: Failure) -> dict[str, str]:
    return {suspect.package: suspect.strength for suspect in failure.suspects}


ARROW = (
    frames(
        "<string>",
        f"{SITE}/datasets/__init__.py",
        f"{SITE}/datasets/arrow_dataset.py",
        f"{SITE}/pyarrow/__init__.py",
        "pyarrow/lib.pyx",
    )
    + "ImportError: pyarrow requires NumPy 2.0 or newer, found 1.26.4\n"
)
KEYWORD = (
    frames("/home/me/probes/hugging_face.py", f"{SITE}/transformers/trainer.py")
    + "TypeError: Accelerator.unwrap_model() got an unexpected keyword argument 'keep_torch_compile'\n"
)
CUDA = (
    frames(f"{SITE}/torchaudio/__init__.py", f"{SITE}/torchaudio/_extension/utils.py")
    + "RuntimeError: Detected that PyTorch and TorchAudio were compiled with different CUDA versions. PyTorch has CUDA version"
    " 13.2 whereas TorchAudio has CUDA version 13.0. Please install the TorchAudio version that matches your PyTorch version.\n"
)


NUMPY = (
    "\nA module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.2.6 as it may crash.\n\n"
    + frames("<string>", f"{SITE}/pyarrow/__init__.py", f"{SITE}/numpy/core/_multiarray_umath.py")
    + "AttributeError: _ARRAY_API not found\n"
)


CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


DUMP = f"""Fatal Python error: Segmentation fault

Thread 0x00007fd8b98fbb80 (most recent call first):
  File "{SITE}/torch/a.py", line 5 in f

Current thread 0x00007fd8b98fbb81 (most recent call first):
  File "/usr/lib/python3.12/threading.py", line 5 in wait
  File "{SITE}/pyarrow/lib.py", line 5 in f
  File "{SITE}/datasets/a.py", line 5 in f
"""


def modules() -> dict[str, str]:
    return module_owners(evidence(installed=INSTALLED))
