"""Advice on memory, on made-up profiles: what is said, where, and how much smaller it becomes; and when nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Advice
from torch_starter.core.place import Place
from torch_starter.core.profile import Call, Frame, GpuMemory, Growth, Holding, Memory, Owner, Process, Profile, Step, Worker
from torch_starter.core.report import Finding
from torch_starter.core.tuning import Loader, Optimizer

MB = 1 << 20
HERE = Place("train.py", 12)
OF_MEMORY = {each.id: each for each in collect("advice", Advice) if each.of == "memory"}
ROLES = {
    "parameters": 20 * MB,
    "gradients": 20 * MB,
    "optimizer": 40 * MB,
    "buffers": 0,
    "activations": 60 * MB,
    "others": 5 * MB,
}
HEALTHY: Mapping[str, Any] = {
    "roles": ROLES,
    "dtypes": {"float32": 85 * MB, "int64": MB},
    "resident_peak": 600 * MB,
    "peak": 250 * MB,
}


def profile(of_process: Mapping[str, Any] = {}, **more: Any) -> Profile:
    """Of one process, whose memory is healthy but for what is given."""
    process = {"kind": "training", "memory": Memory(**{**HEALTHY, **more}), **of_process}
    return Profile(of="memory", processes=(Process(**process),))


def only(of: str, found: Profile) -> Finding:
    """What this advice says, and no other one says anything."""
    said = [finding for each in OF_MEMORY.values() for finding in each.look(found)]
    assert [each.id for each in said] == [of]
    assert (said[0].verdict, bool(said[0].title), bool(said[0].seen), bool(said[0].remedy)) == ("warn", True, True, True)
    return said[0]


def silent(found: Profile) -> bool:
    return not [finding for each in OF_MEMORY.values() for finding in each.look(found)]


def reading(*functions: str, size: int = 200 * MB, line: int = 12) -> Owner:
    frames = (Frame("main", "train.py", line, True), *(Frame(each, "lib/numpy/npyio.py", 1) for each in functions))
    return Owner(place=Place("train.py", line), bytes=size, blocks=1, frames=frames)


def test_each_says_what_it_is() -> None:
    assert len(OF_MEMORY) >= 10
    for each in OF_MEMORY.values():
        assert each.id.startswith("memory.")
        assert all((each.title, each.about, each.found, each.mend, each.source))


def test_nothing_is_said_of_what_is_healthy_or_was_not_seen() -> None:
    assert silent(profile())
    assert silent(Profile(of="memory"))
    assert silent(Profile(of="memory", processes=(Process(),)))


def test_graphs_that_are_kept() -> None:
    growth = Growth(place=HERE, holder="losses", bytes=0.6 * MB, blocks=4.0, what="tensors with graphs")
    found = only("memory.graphs", profile(growth=(growth,)))
    assert (found.place, round(found.gain or 0, 2)) == (HERE, 2.0)
    assert found.seen == "614 KiB more with each step: 600.0 MiB become 1.2 GiB in 1000 steps more"
    assert "losses" in found.title
    assert ".item()" in found.remedy


def test_what_steps_have_left_by_now_is_no_part_of_what_a_script_needs() -> None:
    growth = Growth(place=HERE, holder="losses", bytes=1.0 * MB, blocks=4.0, what="tensors with graphs")
    steps = tuple(Step(mode="traced", wall=0.1) for _ in range(200))
    assert only("memory.graphs", profile({"steps": steps}, growth=(growth,))).gain == (600 + 1000) / (600 - 200)


def test_a_cache_without_an_end() -> None:
    growth = Growth(place=HERE, holder="self.seen", bytes=0.3 * MB, blocks=4.0, what="tensors")
    found = only("memory.growth", profile(growth=(growth,)))
    assert (found.place, round(found.gain or 0, 2)) == (HERE, 1.5)
    assert "self.seen" in found.title
    assert "maxlen" in found.remedy


def test_a_line_of_which_nobody_knows_what_keeps_it() -> None:
    found = only("memory.growth", profile(growth=(Growth(place=HERE, bytes=0.3 * MB, blocks=4.0),)))
    assert found.title == "what this line asks for grows with each step"


def test_what_grows_by_next_to_nothing_is_not_told() -> None:
    assert silent(profile(growth=(Growth(place=HERE, bytes=1000.0, blocks=4.0), Growth(bytes=900.0, what="tensors with graphs"))))


PASS = Call(place=HERE, function="Net, in eval mode", count=1.0, seconds=0.0, bytes=200.0 * MB)


def test_passes_that_do_not_train() -> None:
    found = only("memory.no-grad", profile({"kind": "inference"}, unused_graphs=(PASS,), roles={"parameters": 20 * MB}))
    assert (found.place, found.gain) == (HERE, 1.5)
    assert found.seen.endswith("600.0 MiB at its peak, about 400.0 MiB without")
    assert "inference_mode" in found.remedy


def test_a_pass_beside_a_training_saves_what_it_keeps_more_than_that() -> None:
    assert only("memory.no-grad", profile(unused_graphs=(PASS,))).gain == 600 / 460
    assert silent(profile(unused_graphs=(Call(place=HERE, function="Net", count=1.0, seconds=0.0, bytes=50.0 * MB),)))


LBFGS = {"optimizers": (Optimizer(place=HERE, name="LBFGS"),)}


@pytest.mark.parametrize(
    ("roles", "gain", "word"),
    [
        ({"parameters": 2 * MB, "optimizer": 340 * MB}, 600 / 300, "history_size=10"),
        ({"parameters": 2 * MB, "optimizer": 5 * MB}, None, ""),
    ],
)
def test_an_optimizer_that_remembers_a_long_history(roles: dict[str, int], gain: float | None, word: str) -> None:
    found = profile(LBFGS, roles=roles)
    if gain is None:
        assert silent(found)
    else:
        finding = only("memory.optimizer", found)
        assert (finding.place, finding.gain) == (HERE, gain)
        assert word in finding.remedy


def test_an_optimizer_with_more_than_two_numbers_for_each_parameter() -> None:
    found = only("memory.optimizer", profile(roles={"parameters": 50 * MB, "optimizer": 150 * MB}))
    assert (found.gain, found.place) == (600 / 550, None)
    assert "amsgrad" in found.remedy


def test_the_usual_state_is_told_where_it_is_much_of_all_memory() -> None:
    adam = {"optimizers": (Optimizer(place=HERE, name="AdamW"),)}
    assert "Adafactor" in only("memory.optimizer", profile(adam, roles={"parameters": 120 * MB, "optimizer": 240 * MB})).remedy
    assert silent(profile(adam, roles={"parameters": 60 * MB, "optimizer": 120 * MB}))


def test_state_that_is_wider_than_parameters_of_two_bytes_is_usual() -> None:
    roles = {"parameters": 20 * MB, "optimizer": 80 * MB}
    assert silent(profile(roles=roles, dtypes={"bfloat16": 40 * MB, "float32": 80 * MB}))


def kept(size: int, *own: int, inner: str = "lib/torch/linear.py") -> Owner:
    frames = tuple(Frame("forward", "net.py", line, True) for line in own)
    return Owner(place=Place("net.py", own[-1]), bytes=size * MB, blocks=4, frames=(*frames, Frame("forward", inner, 3)))


def test_what_layers_keep_is_told_at_the_line_that_calls_the_blocks() -> None:
    rows = (kept(150, 9, 40, 21), kept(100, 9, 40, 22), kept(50, 9, 44))
    found = only("memory.activations", profile(roles={**ROLES, "activations": 300 * MB}, activations=rows))
    assert found.place == Place("net.py", 40)
    assert found.gain == pytest.approx(600 / 390)
    assert "checkpoint" in found.remedy
    assert "a third longer" in found.seen


def test_activations_of_one_line_are_told_there_and_without_lines_nowhere() -> None:
    roles = {**ROLES, "activations": 300 * MB}
    assert only("memory.activations", profile(roles=roles, activations=(kept(300, 9, 40, 21),))).place == Place("net.py", 21)
    assert only("memory.activations", profile(roles=roles)).place is None


def test_what_inference_keeps_is_no_matter_for_checkpoints() -> None:
    assert silent(profile({"kind": "inference"}, roles={**ROLES, "activations": 300 * MB}))


TABLE = Holding(name="table.rows", kind="array", bytes=200 * MB, dtype="float32", place=HERE)


def test_data_that_are_read_as_a_whole() -> None:
    found = only("memory.data", profile(owners=(reading("load", "read_array"),), holdings=(TABLE,)))
    assert (found.place, found.gain) == (HERE, 1.5)
    assert "mmap_mode" in found.remedy
    assert "table.rows" in found.title


def test_a_list_of_what_was_read_is_told_where_it_is_read() -> None:
    pictures = Holding(name="data.pictures", kind="list", bytes=190 * MB, count=4000, place=Place("train.py", 30))
    found = only("memory.data", profile(owners=(reading("imread"),), holdings=(pictures,)))
    assert (found.place, "__getitem__" in found.remedy) == (HERE, True)


@pytest.mark.parametrize(
    ("owner", "holding"),
    [
        (reading("randn"), TABLE),  # it was not read
        (reading("load", size=20 * MB), TABLE),  # it is little
        (reading("load", line=3), Holding(name="x", kind="array", bytes=2 * MB, place=HERE)),  # it has gone
    ],
)
def test_other_data_are_not_told(owner: Owner, holding: Holding) -> None:
    assert silent(profile(owners=(owner,), holdings=(holding,)))


def test_numbers_of_eight_bytes() -> None:
    table = Holding(name="table", kind="tensor", bytes=230 * MB, dtype="float64", place=HERE)
    dtypes = {"float64": 240 * MB, "float32": 0}
    found = only("memory.float64", profile(dtypes=dtypes, roles={"others": 240 * MB}, holdings=(table,)))
    assert (found.place, found.gain) == (HERE, 600 / 480)
    assert found.title.startswith("table:")


def test_arrays_and_what_layers_keep_count_as_well() -> None:
    array = Holding(name="self.rows", kind="array", bytes=100 * MB, dtype="float64", place=HERE)
    dtypes = {"float64": 50 * MB, "float32": 50 * MB}
    found = only("memory.float64", profile(dtypes=dtypes, roles={"activations": 60 * MB}, holdings=(array,)))
    assert found.gain == 600 / (600 - (100 + 50 + 30) / 2)
    assert found.title.startswith("self.rows and more:")


def workers(*unique: int) -> dict[str, Any]:
    rows = tuple(Worker(number=n, process=n, batches=3, seconds=0.1, unique=size * MB) for n, size in enumerate(unique))
    return {"workers": rows, "loaders": (Loader(place=Place("train.py", 50), workers=2),)}


def test_a_copy_in_each_worker() -> None:
    entries = Holding(name="data.entries", kind="list", bytes=150 * MB, dtype="dict", count=800_000, place=HERE)
    found = only("memory.workers", profile(workers(264, 264), holdings=(entries, TABLE)))
    assert (found.place, found.gain) == (HERE, (600 + 528) / (600 + 528 - 2 * 150))  # no more than there is to copy
    assert "800000 objects" in found.remedy


def test_what_is_sent_to_workers_is_told_at_the_loader_where_no_line_is_known() -> None:
    rows = Holding(name="rows", kind="array", bytes=150 * MB)
    found = only("memory.workers", profile(workers(200, 200), holdings=(rows,)))
    assert (found.place, "mapped" in found.remedy) == (Place("train.py", 50), True)


def test_workers_that_share_what_they_read_are_not_told() -> None:
    assert silent(profile(workers(40, 60), holdings=(TABLE,)))
    assert silent(profile(workers(200, 200)))
    assert silent(profile(workers(200, 200), holdings=(Holding(name="x", kind="array", bytes=6 * MB),)))


def test_gradients_that_are_kept_as_zeros() -> None:
    zeros = Holding(name="gradients", kind="gradients", bytes=100 * MB, place=HERE)
    found = only("memory.gradients", profile(holdings=(zeros,)))
    assert (found.place, found.gain) == (HERE, 600 / 540)
    assert silent(profile({"kind": "inference"}, holdings=(zeros,)))


GPU = {"device": "cuda:0"}


def gpu(**more: Any) -> GpuMemory:
    return GpuMemory(**{"allocated": 50 * MB, "reserved": 1000 * MB, "peak": 900 * MB, "total": 8000 * MB, **more})


def test_a_gpus_memory_in_pieces() -> None:
    found = only("memory.fragmentation", profile(GPU, gpu=gpu(fragmented=0.2)))
    assert (found.gain, found.place) == (1.25, None)
    assert "expandable_segments" in found.remedy
    assert "no memory left" in only("memory.fragmentation", profile(GPU, gpu=gpu(fragmented=0.2, full=True))).seen


def test_few_pieces_are_not_told() -> None:
    assert silent(profile(GPU, gpu=gpu(fragmented=0.04)))


def test_on_a_gpu_it_is_the_gpus_peak_that_counts() -> None:
    roles = {**ROLES, "activations": 600 * MB}
    said = [each for advice in OF_MEMORY.values() for each in advice.look(profile(GPU, gpu=gpu(), roles=roles))]
    assert {each.id: each.gain for each in said} == {
        "memory.activations": pytest.approx(900 / 480),
        "memory.precision": pytest.approx(900 / 600),
    }


def test_half_of_what_layers_keep_where_a_gpu_computes_with_four_bytes() -> None:
    roles = {**ROLES, "activations": 210 * MB}
    assert "autocast" in only("memory.precision", profile(GPU, gpu=gpu(), roles=roles)).remedy
    assert silent(profile(GPU, gpu=gpu(), roles=roles, dtypes={"float32": 50 * MB, "bfloat16": 50 * MB}))
