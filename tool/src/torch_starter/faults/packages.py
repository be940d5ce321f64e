"""Packages that do not belong together, and metadata that belongs to nothing."""

from __future__ import annotations

from torch_starter.core.kinds import Fault
from torch_starter.core.victim import Victim


def other_torchaudio(victim: Victim) -> None:
    victim.install("torchaudio==2.10.0")


def other_torchvision(victim: Victim) -> None:
    victim.install("torchvision==0.24.1")


def other_tokenizers(victim: Victim) -> None:
    victim.install("tokenizers==0.20.3")


def numpy_2(victim: Victim) -> None:
    victim.install("numpy==2.2.6")


def pyarrow_26(victim: Victim) -> None:
    victim.install("pyarrow==26.0.1")


def transformers_452(victim: Victim) -> None:
    victim.install("transformers==4.52.4")


def removed(victim: Victim) -> None:
    victim.uninstall("torchaudio")


def ghost(victim: Victim) -> None:
    victim.replace(victim.site / "~orch-2.10.0.dist-info" / "METADATA", "Metadata-Version: 2.1\nName: torch\nVersion: 2.10.0\n")


def nameless(victim: Victim) -> None:
    victim.replace(victim.site / "half_removed-1.0.dist-info" / "RECORD", "half_removed.py,sha256=x,1\n")


def twice(victim: Victim) -> None:
    metadata = "Metadata-Version: 2.1\nName: safetensors\nVersion: 0.0.1\n"
    victim.replace(victim.site / "safetensors-0.0.1.dist-info" / "METADATA", metadata)


def two_providers(victim: Victim) -> None:
    """A second package that says the same module is its own, as opencv-python and opencv-python-headless do."""
    info = victim.site / "other_safetensors-1.0.dist-info"
    victim.replace(info / "METADATA", "Metadata-Version: 2.1\nName: other-safetensors\nVersion: 1.0\n")
    digest = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"  # of nothing
    victim.replace(info / "RECORD", f"safetensors/__init__.py,sha256={digest},0\nother_safetensors-1.0.dist-info/METADATA,,\n")


FAULTS = (
    Fault("packages.torchaudio", "torchaudio of another release of torch", "packages.trio.torchaudio", other_torchaudio),
    Fault("packages.torchvision", "torchvision of another release of torch", "packages.trio.torchvision", other_torchvision),
    Fault("packages.tokenizers", "tokenizers that transformers does not take", "packages.consistent", other_tokenizers),
    Fault("packages.numpy-2", "NumPy 2, which the project does not take", "packages.wanted", numpy_2),
    Fault("packages.pyarrow-26", "pyarrow 26, which refuses NumPy 1", "packages.breaks.pyarrow", pyarrow_26),
    Fault(
        "packages.transformers-4.52",
        "transformers that is too new for accelerate",
        "packages.breaks.transformers",
        transformers_452,
    ),
    Fault("packages.removed", "torchaudio was removed", "imports.torchaudio", removed),
    Fault("packages.ghost", "what pip left of a package", "packages.ghosts", ghost, ("warn", "fail"), "quick"),
    Fault("packages.nameless", "metadata without a name", "packages.ghosts", nameless, ("warn", "fail"), "quick"),
    Fault("packages.twice", "two sets of metadata for safetensors", "packages.once", twice, level="quick"),
    Fault("packages.two-providers", "two packages that write one module", "packages.providers", two_providers, level="quick"),
)
