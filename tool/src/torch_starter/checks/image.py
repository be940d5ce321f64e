"""Whether the container that we are in is as new as the project that is mounted into it."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.facts.image import Image, Workspace


def image(evidence: Evidence) -> Iterator[Finding]:
    built = evidence.facts[Image]
    same = built.accelerator != evidence.accelerator or built.lock_hash == evidence.lock_hash
    yield Finding(
        id="system.image",
        verdict="ok" if same else "warn",
        title="the image is as new as the lock",
        seen=f"built for {built.accelerator}" if same else f"built from an older {evidence.lock}",
        wanted="" if same else "an image of this lock: a new container would begin with the older packages again",
        remedy="" if same else "outside of the container: ./dev.sh build, then ./dev.sh up",
    )


def workspace(evidence: Evidence) -> Iterator[Finding]:
    writable = evidence.facts[Workspace].writable
    yield Finding(
        id="system.workspace",
        verdict="ok" if writable else "warn",
        title="the project's folder can be written",
        seen="" if writable else "the folder that is mounted here belongs to another user",
        wanted="" if writable else "a folder of the container's user, so that files can be made and changed in it",
        remedy="" if writable else "./dev.sh up, outside of the container, says what mends it",
    )


CHECKS = (
    Check(
        "system.image",
        "the container's image",
        "A container keeps the packages that its image was built with, whatever the lock in the mounted folder says by now.",
        image,
        level="quick",
        found="The digest of the lock, written into the image when it was built, against the one of the lock in the project.",
        mend="./dev.sh build outside of the container, then ./dev.sh up.",
        source="The engine's own rule: a container is made from an image, and never follows it",
    ),
    Check(
        "system.workspace",
        "the mounted project can be written",
        "The container's user has a number, and may write where the folder's owner has the same.",
        workspace,
        level="quick",
        found="Whether the project's folder may be written, in a container of ours.",
        mend="./dev.sh up says whose the folder is, and what mends it.",
        source="A manual: bind mounts keep the numbers of their owners",
    ),
)
