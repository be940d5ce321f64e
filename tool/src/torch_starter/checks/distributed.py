"""Whether several processes can compute together."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.checks._answers import from_answer
from torch_starter.checks._probe_files import checks_of
from torch_starter.checks.gpu_compute import explained, premise, where_a_gpu_is
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding
from torch_starter.facts.gpu import Gpu
from torch_starter.probes import distributed

NCCL = "distributed.nccl"


def nccl(evidence: Evidence) -> Iterator[Finding]:
    found, title = evidence.facts[Gpu], "the GPUs add a tensor up by NCCL"
    answer = evidence.answers.get(NCCL)
    why_not = no_group(len(found.devices)) or premise(evidence, found)
    other = explained(evidence, NCCL) if answer is None or not answer.ok else ""
    if why_not or other:
        yield Finding(id=NCCL, verdict="skip", title=title, seen=why_not or f"see {other}")
        return
    remedy = f"NCCL_DEBUG=INFO {evidence.interpreter.executable} -m torch.distributed.run …, and read what NCCL says"
    yield from_answer(NCCL, title, evidence, answer, remedy, ("torch",))


def no_group(count: int) -> str:
    """Why so many GPUs are no group; empty where they are one."""
    return "" if count >= 2 else f"{count} GPU: there is no group to make" if count else "NVML lists no GPU"


CHECKS = (
    *checks_of(
        distributed,
        "distributed",
        {"*": ("torch",)},
        full={"launch"},
        without={"nccl"},
        source={"all_reduce": "pytorch, torch.distributed: choosing the network interface", "launch": "PyTorch, torchrun"},
    ),
    Check(
        NCCL,
        "a group of GPUs",
        "NCCL hangs or ends without shared memory, and by a wrong network interface; a small sum shows it in seconds.",
        nccl,
        dynamic_probes=where_a_gpu_is(NCCL, least=2),
        fresh=True,
        level="full",
        found="torchrun starts a rank on each GPU, which add a tensor up, with a time-out of 20 s.",
        mend="More shared memory (--ipc=host), NCCL_SOCKET_IFNAME, or NCCL_P2P_DISABLE=1.",
        source="nccl#473, nccl#697, nccl-tests#14",
    ),
)
