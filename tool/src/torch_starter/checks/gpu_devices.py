"""The GPU's device files, and what hides GPUs. Nothing here starts CUDA."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch_starter.checks.gpu import NO_NODES, needed, not_given, suits
from torch_starter.core.evidence import Evidence
from torch_starter.core.facts import Unknown
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding, Verdict
from torch_starter.facts.gpu import Gpu
from torch_starter.facts.system import System

NUMBERED = re.compile(r"/dev/nvidia\d+")
AGAIN = {
    True: "restart the container, with --device for each file: its host has taken the permission away",
    False: "start the job again, and ask for its GPUs: its control group has no permission for them",
}


def files(evidence: Evidence) -> Iterator[Finding]:
    """CUDA needs /dev/nvidia0 and on, /dev/nvidiactl and /dev/nvidia-uvm, each to read and to write."""
    found, title = evidence.facts[Gpu], "the GPU's device files can be opened"
    if found.files is None:
        raise Unknown("nobody looked at the device files")
    verdict, seen, remedy = judged_files(evidence, found, found.files, evidence.facts[System].container)
    yield Finding(id="gpu.devices", verdict=verdict, title=title, seen=seen, remedy=remedy)


def judged_files(evidence: Evidence, found: Gpu, nodes: dict[str, str], container: bool) -> tuple[Verdict, str, str]:
    """Verdict, what was seen, and what mends it."""
    others = of_others(found, nodes)
    closed = {path: why for path, why in nodes.items() if why and path not in others}
    if not_given(evidence, found):
        return ("warn", NO_NODES, "docker run --gpus all …") if needed(evidence) else ("skip", NO_NODES, "")
    if closed:
        told = ", ".join(f"{path}: {why}" for path, why in closed.items())
        forbidden = any("not permitted" in why for why in closed.values())  # by a control group: no mode of a file mends that
        return "fail", told, AGAIN[container] if forbidden else f"sudo chmod 666 {' '.join(closed)}"
    missing = [] if "/dev/dxg" in nodes else [name for name in ("/dev/nvidiactl", "/dev/nvidia-uvm") if name not in nodes]
    failed = "error" in evidence.value("gpu.compute").get("compute", {}) and suits(evidence, found) != "too old"
    if missing and (container or failed):  # elsewhere they are made at the first use
        return "fail", f"{', '.join(missing)} missing", "sudo nvidia-modprobe -u -c=0"
    told = ", ".join(path for path in nodes if path not in others) or "made at the first use"
    return "ok", told + (f"; given to others: {', '.join(others)}" if others else ""), ""


def of_others(found: Gpu, nodes: dict[str, str]) -> list[str]:
    """The files of GPUs that are closed and not missed: a job that has a part of its node is shown just that part by NVML."""
    numbered = [path for path in nodes if NUMBERED.fullmatch(path)]
    closed = [path for path in numbered if nodes[path]]
    enough = found.source == "NVML" and 0 < len(found.devices) <= len(numbered) - len(closed)
    return closed if enough else []


def visible(evidence: Evidence) -> Iterator[Finding]:
    """CUDA hides what comes after the first number that no GPU has."""
    found, title = evidence.facts[Gpu], "CUDA_VISIBLE_DEVICES names GPUs that are here"
    value, count = evidence.variables.get("CUDA_VISIBLE_DEVICES"), len(found.devices)
    if value is None or not count:
        seen = f"unset: all {count} GPUs" if count else "NVML lists no GPU"
        yield Finding(id="gpu.visible", verdict="ok" if count else "skip", title=title, seen=seen)
        return
    strangers = [word for word in map(str.strip, value.split(",")) if not names_one(word, found)]
    yield Finding(
        id="gpu.visible",
        verdict="fail" if strangers else "ok",
        title=title,
        seen=f"CUDA_VISIBLE_DEVICES={value}; here are {count} GPUs" + (f", none is {strangers[0]}" if strangers else ""),
        wanted=f"numbers from 0 to {count - 1}" if strangers else "",
        remedy="unset CUDA_VISIBLE_DEVICES" if strangers else "",
    )


def names_one(word: str, found: Gpu) -> bool:
    """Whether a word means a GPU that is here. -1 and words of other kinds are no numbers out of range."""
    if re.fullmatch(r"\d+", word):
        return int(word) < len(found.devices)
    uuids = [device.uuid for device in found.devices if device.uuid]
    return not word.startswith("GPU-") or not uuids or any(uuid.startswith(word) for uuid in uuids)


CHECKS = (
    Check(
        "gpu.devices",
        "device files",
        "CUDA works through files in /dev; in a container they can be missing, or be taken away while it runs.",
        files,
        level="quick",
        found="Each of /dev/nvidia* is opened for reading and writing.",
        mend="Start the container again with its GPUs; nvidia-modprobe -u where /dev/nvidia-uvm is missing.",
        source="nvidia-docker#1730, pytorch#49327",
    ),
    Check(
        "gpu.visible",
        "CUDA_VISIBLE_DEVICES against the GPUs",
        "A number that no GPU has hides itself and all that come after it, without a word.",
        visible,
        level="quick",
        found="The numbers and UUIDs in the variable against those of NVML.",
        mend="Unset it, or name GPUs that are here.",
        source="NVIDIA, CUDA C++ Programming Guide: CUDA Environment Variables",
    ),
)
