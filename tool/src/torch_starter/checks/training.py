"""What people come for: a training."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.checks._answers import from_answer
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding

TRAINER = "hugging_face.use_trainer"
NEEDED = ("torch", "transformers", "accelerate")


def trainer(evidence: Evidence) -> Iterator[Finding]:
    title = "the Hugging Face Trainer trains two steps"
    missing = [name for name in NEEDED if name not in evidence.installed.distributions]
    if missing:
        yield Finding(id="training.trainer", verdict="skip", title=title, seen=f"{missing[0]} is not installed")
        return
    remedy = (
        "./dev.sh setup --rebuild"
        if evidence.ours
        else f"{evidence.install} " + " ".join(f"'{name}=={evidence.locked[name]}'" for name in NEEDED if name in evidence.locked)
    )
    yield from_answer("training.trainer", title, evidence, evidence.answers.get(TRAINER), remedy, NEEDED)


CHECKS = (
    Check(
        "training.trainer",
        "the Hugging Face Trainer trains",
        "Two steps of a tiny model, no download. Every import can pass where this fails.",
        trainer,
        probes=(TRAINER,),
        needs=NEEDED,
        found="The Trainer of transformers takes two steps on a tiny model, made here.",
        mend="Versions of transformers and accelerate that belong together: those of the lock.",
        source="Measured: transformers 4.52 with accelerate 0.34 imports well, and its Trainer fails",
    ),
)
