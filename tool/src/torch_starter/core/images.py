"""References to images: name, tag and digest."""

from __future__ import annotations

import re
from typing import NamedTuple

# Images with no user of their own, and without the folders that a project mounts: only what a Dockerfile makes is there.
BARE = frozenset(
    (
        *("alpine", "almalinux", "amazonlinux", "buildpack-deps", "debian", "fedora", "rockylinux", "ubuntu"),
        *("python", "nvidia/cuda", "pytorch/pytorch", "rocm/pytorch", "nvcr.io/nvidia/cuda", "nvcr.io/nvidia/pytorch"),
        *("mcr.microsoft.com/devcontainers/base", "mcr.microsoft.com/devcontainers/python"),
        *("mcr.microsoft.com/vscode/devcontainers/base", "mcr.microsoft.com/vscode/devcontainers/python"),
    )
)


class Image(NamedTuple):
    """A reference such as ubuntu:24.04 or ghcr.io/a/b@sha256:…; what it does not say is empty."""

    name: str
    tag: str
    digest: str

    @property
    def is_bare(self) -> bool:
        """Whether it is a system, perhaps with Python or CUDA, and no more."""
        return re.sub(r"^([\w.-]+/)?library/", "", self.name) in BARE


def image(reference: str) -> Image:
    """The parts of a reference."""
    rest, _, digest = reference.partition("@")
    head, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:  # the colon before a port
        return Image(rest, "", digest)
    return Image(head, tag, digest)
