"""How the threads that compute wait for each other."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Subject, Value
from torch_starter.settings._values import Effect, besides

SPINS = "300000"  # times that GNU's runtime looks before it sleeps, where nothing is said
BLOCK = "200"  # milliseconds, of Intel's and LLVM's


def available(subject: Subject) -> Iterator[Value]:
    """Variables of a runtime itself go before the policy: they are set along with it where they are there."""
    effect = subject.told.effect
    if effect.get("threads") == "1":
        raise Absent("one thread computes: it waits for no other")
    if not read(effect):
        raise Absent("how threads wait cannot be read back here")
    other = "KMP_BLOCKTIME" in subject.variables or "libgomp" not in effect.get("openmp", "")
    own = "GOMP_SPINCOUNT" in subject.variables
    passive = {
        "OMP_WAIT_POLICY": "PASSIVE",
        **({"GOMP_SPINCOUNT": "0"} if own else {}),
        **({"KMP_BLOCKTIME": "0"} if other else {}),
    }
    awake = {"OMP_WAIT_POLICY": "ACTIVE", "GOMP_SPINCOUNT": SPINS, **({"KMP_BLOCKTIME": BLOCK} if other else {})}
    values = [Value("passive", passive)]
    if read(effect) == "passive":
        values.append(Value("spins", awake))
    yield from besides(read(effect), values)


def read(effect: Effect) -> str:
    return effect.get("wait policy", "")


SETTING = Setting(
    name="wait-policy",
    title="how threads wait for each other",
    about="A thread that has done its part looks again and again whether the others have (it spins), for some milliseconds, and "
    "sleeps then; or it sleeps at once (passive). Where others use a processor, whoever spins on it keeps the one that is "
    "waited for from running. To spin for a shorter time (GOMP_SPINCOUNT=10000) was slower than to sleep on busy processors, "
    "and is not tried.",
    safety="bit-identical",
    bounds=("threads", "launch"),
    available=available,
    read=read,
    source="Measured: 20 to 100 times as fast with two threads on two busy processors; ollama#17916, xgboost#7653.",
)
