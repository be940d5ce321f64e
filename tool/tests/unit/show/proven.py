"""Answers of `optimize`, for the tests of how they look."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from torch_starter.core.pairs import gain
from torch_starter.core.place import Place
from torch_starter.core.proof import Edit, Gain, Key, Member, Outcome, Pair, Proof, Sample, Tried
from torch_starter.core.report import Change, Measurement, Report
from torch_starter.core.tuning import Safety

STATE = ".torch-starter/linux-x86_64/optimize/0123456789abcdef"
JEMALLOC = "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2"
PATCH = """\
--- a/train.py
+++ b/train.py
@@ -38,5 +38,5 @@
     model = Net(args.width)
-    loader = DataLoader(images, batch_size=64, shuffle=True)
+    loader = DataLoader(images, batch_size=64, shuffle=True, num_workers=2, persistent_workers=True)
     optimizer = torch.optim.AdamW(model.parameters())
     for epoch in range(args.epochs):
         train(model, loader, optimizer)
"""


def around(seed: int, value: float, count: int, noise: float = 0.04) -> list[float]:
    """Ratios as pairs of runs give them."""
    chance = random.Random(seed)
    return [round(value * math.exp(chance.gauss(0, noise)), 4) for _ in range(count)]


def pairs(ratios: Sequence[float], step: float, others: float = 0.38) -> list[Pair]:
    """Runs of 30 steps and a start, of which the first of each pair varies too."""
    chance = random.Random(7)
    found = []
    for ratio in ratios:
        before = round(step * math.exp(chance.gauss(0, 0.05)), 5)
        after = round(before / ratio, 5)
        samples = [Sample(step=each, whole=round(30 * each + 2.4, 3), others=others, waited=0.1) for each in (before, after)]
        found.append(Pair(before=samples[0], after=samples[1]))
    return found


def tried(
    setting: str, label: str, outcome: Outcome, ratios: Sequence[float] = (), why: str = "", safety: Safety = "rounding"
) -> Tried:
    """A value of a setting, with the gain of its ratios."""
    found = gain(ratios).value if ratios else None
    return Tried(setting=setting, label=label, safety=safety, outcome=outcome, ratios=list(ratios), gain=found, why=why)


def profile() -> list[Member]:
    """What variables make, what is in the script, and what both make."""
    edit = Edit(text="give DataLoader num_workers=2, persistent_workers=True", place=Place("train.py", 39), patch=PATCH)
    by_hand = Edit(
        text="give AdamW fused=True (by hand: what the call is given is made elsewhere: **)", place=Place("engine.py", 112)
    )
    return [
        Member(
            setting="wait-policy",
            label="passive",
            safety="bit-identical",
            title="how threads wait for each other",
            variables={"OMP_WAIT_POLICY": "PASSIVE"},
            gain=gain(around(1, 1.62, 5)),
        ),
        Member(
            setting="allocator",
            label="jemalloc",
            safety="bit-identical",
            title="allocator of the processor's memory",
            variables={"+LD_PRELOAD": JEMALLOC, "MALLOC_CONF": "background_thread:true,dirty_decay_ms:-1"},
            gain=gain(around(2, 1.12, 5)),
        ),
        Member(
            setting="workers",
            label="2 workers",
            safety="rounding",
            title="processes that load data",
            turns={"loader": {"num_workers": 2, "persistent_workers": True}},
            gain=gain(around(3, 1.06, 5, 0.02)),
            edits=[edit],
        ),
        Member(
            setting="optimizer",
            label="fused",
            safety="rounding",
            title="one operation for a step of the optimizer",
            turns={"optimizer": "fused"},
            gain=gain(around(4, 1.04, 5, 0.02)),
            edits=[by_hand],
        ),
    ]


def rejected() -> list[Tried]:
    """Something of each kind."""
    return [
        tried("channels-last", "yes", "slower", around(11, 0.9, 9, 0.03)),
        tried("huge-pages", "always", "slower", [1.01, 0.99, 1.02]),
        tried("threads", "1", "slower", [0.58], "0 of 1 runs were faster"),
        tried("allocator", "tcmalloc", "needless", around(12, 1.1, 3, 0.03), "jemalloc is as fast or faster", "bit-identical"),
        tried("compile", "default", "failed", why="it ended with signal 6: there is no C++ compiler\nand more"),
        tried("affinity", "close", "not in effect", why="read back in the running process: no", safety="bit-identical"),
        tried("interop-threads", "1", "drifts", [1.02], "its loss differs by 1.2 % within 20 steps, allowed are 0.5 %"),
        tried("prefetch", "4 batches", "slower", [0.98, 1.0]),
        *(tried(f"setting-{number}", "", "not tried", why="there is no GPU") for number in range(5)),
        tried(
            "precision",
            "bf16",
            "not tried",
            why="it computes with fewer digits: tried with --allow precision",
            safety="precision",
        ),
    ]


def proof_of(found: Gain | None, **more: object) -> Proof:
    """A search for the settings of a script on a machine that others use, too."""
    told: dict[str, object] = {
        "at": "2026-01-05T03:04:05Z",
        "key": Key("a machine", "a lock", "3.12 cpu", "train.py"),
        "command": ["/work/.venv/bin/python3", "train.py", "--width", "64"],
        "folder": "/work",
        "bounds": {"threads": 0.81, "memory": 0.14, "data": 0.06, "compute": 0.004},
        "noise": 0.042,
        "provable": 1.061,
        "steps": 30,
        "step": 0.184,
        "gain": found,
        "before": f"sh {STATE}/before.sh",
        "after": f"sh {STATE}/after.sh",
        "losses": "within 0.08 %",
        "trials": 74,
        "seconds": 571.0,
        "budget": 600.0,
        "load": 0.38,
        "memory": (1_200_000_000, 1_310_000_000),
        "facts": {"torch": "2.14.1", "device": "cpu", "kind": "training", "threads": "2", "malloc": "libc.so.6"},
    }
    return Proof(**{**told, **more})  # type: ignore[arg-type]


def report_of(proof: Proof, conclusion: str) -> Report:
    """As the command answers."""
    facts = {
        "system": {"distribution": "Debian GNU/Linux 12", "architecture": "x86_64", "container": True},
        "cpu": {"count": 2, "model": "AMD EPYC"},
        "in effect": proof.facts,
    }
    changes = [
        Change(
            kind="setting",
            name=each.setting,
            was="unset",
            now=each.label,
            why=each.title,
            gain=each.gain.value if each.gain else None,
        )
        for each in proof.members
    ]
    ratios = tuple(pair.before.step / pair.after.step for pair in proof.pairs)
    measured = [Measurement(name="confirmed-gain", unit="times", samples=ratios, paired=True)] if ratios else []
    return Report(
        command="optimize",
        proof=proof,
        changes=changes,
        measurements=measured,
        facts=facts,
        conclusion=conclusion,
        started_at="2026-01-05T03:04:05Z",
        seconds=573.2,
    )


def gained() -> Report:
    """Four settings, proven on a busy machine."""
    fresh = pairs(around(21, 1.84, 9, 0.06), 0.184)
    found, whole = (
        gain([getattr(pair.before, part) / getattr(pair.after, part) for pair in fresh]) for part in ("step", "whole")
    )
    kept = [
        tried(each.setting, each.label, "kept", around(place, 1.3, 3), safety=each.safety) for place, each in enumerate(profile())
    ]
    proof = proof_of(found, members=profile(), whole=whole, pairs=fresh, tried=[*kept, *rejected()])
    return report_of(proof, f"{found.value:.2f} times as fast: ./dev.sh optimize --apply")


def nothing() -> Report:
    """A script that was as fast as it could be."""
    rest = [
        tried("wait-policy", "passive", "slower", [0.99, 1.01, 1.0], safety="bit-identical"),
        tried("allocator", "jemalloc", "slower", [1.02, 1.0, 0.99], safety="bit-identical"),
        tried("threads", "1", "slower", [0.52], "0 of 1 runs were faster"),
    ]
    proof = proof_of(
        None,
        tried=rest,
        bounds={"compute": 0.97},
        noise=0.011,
        provable=1.02,
        load=0.0,
        losses="none",
        memory=(0, 0),
        after="",
        trials=23,
    )
    return report_of(proof, "nothing beat the noise: 2 % could have been proven")


def failing() -> Report:
    """Nothing that was tried came to its end; a search that could prove nothing."""
    rest = [
        tried("compile", "default", "failed", why="it needed too much memory"),
        tried("allocator", "tcmalloc", "failed", why="nothing was told for 120 s: it was ended"),
        tried("huge-pages", "madvise", "not in effect", why="read back in the running process: never"),
        tried("workers", "2 workers", "drifts", [1.4], "its loss is no number"),
    ]
    proof = proof_of(
        None, tried=rest, provable=math.inf, noise=0.6, load=0.9, bounds={}, step=0.0, losses="none", memory=(0, 0), trials=9
    )
    return report_of(proof, "nothing beat the noise")


def on_a_gpu() -> Report:
    """A training that is bound by starting operations: one member, whose place is in the script, and what its user decides."""
    edit = Edit(text="model.compile() before the optimizer is made", place=Place("src/gpt/train.py", 77), patch=PATCH)
    member = Member(
        setting="compile",
        label="reduce-overhead",
        safety="rounding",
        title="operations compiled together",
        turns={"compile": "reduce-overhead"},
        edits=[edit],
    )
    fresh = pairs(around(31, 2.31, 6, 0.01), 0.0312, others=0.0)
    found, whole = (
        gain([getattr(pair.before, part) / getattr(pair.after, part) for pair in fresh]) for part in ("step", "whole")
    )
    rest = [
        tried("compile", "reduce-overhead", "kept", [2.3, 2.32, 2.29]),
        tried("compile", "default", "needless", [2.05, 2.1], "reduce-overhead is as fast or faster"),
        tried("cudnn-autotune", "yes", "slower", [1.0, 0.99]),
        tried(
            "batch-size", "64", "suggested", why="a batch of 64 would fit: the GPU's memory is used to 31 %", safety="semantics"
        ),
        tried(
            "precision",
            "bf16",
            "not tried",
            why="it computes with fewer digits: tried with --allow precision",
            safety="precision",
        ),
    ]
    proof = proof_of(
        found,
        members=[Member(**{**{name: getattr(member, name) for name in member.__struct_fields__}, "gain": found})],
        whole=whole,
        pairs=fresh,
        tried=rest,
        suggestions=[
            Edit(text="a batch of 64 would fit: the GPU's memory is used to 31 %"),
            Edit(text="gradient checkpointing is on: it costs 20 %"),
        ],
        bounds={"launch": 0.72, "compute": 0.28},
        noise=0.01,
        provable=1.011,
        load=0.0,
        memory=(25_000_000_000, 27_500_000_000),
        command=["torchrun", "--nproc-per-node", "1", "src/gpt/train.py"],
        facts={"torch": "2.14.1", "device": "cuda:0", "kind": "training"},
    )
    return report_of(proof, f"{found.value:.2f} times as fast: ./dev.sh optimize --apply")


def for_all() -> Report:
    """The examples: what is found is for every script. Two pairs, and a great gain that is far from sure."""
    fresh = pairs([12.1, 18.4], 2.3)
    found = gain([pair.before.step / pair.after.step for pair in fresh])
    members = [each for each in profile() if each.setting == "wait-policy"]
    proof = proof_of(
        found, members=members, pairs=fresh, key=Key("a machine", "a lock", "3.12 cpu", "examples"), losses="equal", load=0.9
    )
    return report_of(proof, "14.92 times as fast: ./dev.sh optimize --apply")


ALL = {"gained": gained, "nothing": nothing, "failing": failing, "gpu": on_a_gpu, "for-all": for_all}
