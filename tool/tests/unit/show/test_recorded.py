"""The runs that the pictures of docs/ are drawn of."""

from __future__ import annotations

import json

import msgspec

from golden import FOLDER
from torch_starter.core.pairs import gain
from torch_starter.core.proof import Proof
from torch_starter.core.proofs import with_infinities


def test_the_gain_of_the_recorded_proof_is_that_of_its_pairs() -> None:
    told = json.loads((FOLDER / "optimize-run.json").read_text(encoding="utf-8"))
    proof = msgspec.convert(with_infinities(told["proof"]), Proof)
    assert proof.gain is not None
    assert proof.members
    found = gain([pair.before.step / pair.after.step for pair in proof.pairs])
    assert msgspec.structs.astuple(found) == msgspec.structs.astuple(proof.gain)
