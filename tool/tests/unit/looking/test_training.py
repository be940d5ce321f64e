"""What trainings wait for."""

from __future__ import annotations

from typing import Any

from torch_starter.core.place import Place
from torch_starter.looking import stuck
from torch_starter.looking.look import Look
from torch_starter.looking.proc import Call
from unit.looking.looks import LOADING, WORKING, reason, thread


def worker(*deeper: tuple[str, str, int], **more: Any) -> Look:
    made = thread(*WORKING, *deeper) if deeper else thread(WORKING[0], ("get", "multiprocessing/queues.py", 122))
    return Look(7, "python train.py", threads=(made,), busy={1: 0.0}, **more)


def test_a_loader_whose_worker_is_dead() -> None:
    found = reason(LOADING, children=(Look(7, state="Z"), worker()))
    assert (found.word, found.place) == ("loader", Place("train.py", 9))
    assert "dead: process 7" in found.does
    assert "num_workers=0" in found.remedy


def test_a_loader_whose_worker_is_stuck_is_at_the_workers_line() -> None:
    stuck_there = worker(("__getitem__", "train.py", 5), calls={1: Call("nanosleep")})
    found = reason(LOADING, children=(worker(), stuck_there))
    assert found.place == Place("train.py", 5)
    assert found.does == "waits for a worker of a DataLoader (process 7), which sleeps, since it was told to"
    assert not found.well


def test_a_loader_whose_worker_computes_is_not_stuck() -> None:
    busy = Look(7, threads=(thread(*WORKING, ("decode", "train.py", 5)),), busy={1: 0.9})
    found = reason(LOADING, children=(busy,))
    assert found.well
    assert found.place == Place("train.py", 5)


def test_a_loader_whose_workers_are_gone_or_wait_too() -> None:
    assert "that is gone" in reason(LOADING).does
    assert "while all of them wait for work" in reason(LOADING, children=(worker(),)).does
    stopped = Look(8, state="T", threads=(thread(("x", "y.py", 1)),))
    assert "(process 8), which is stopped" in reason(LOADING, children=(stopped,)).does


def test_a_collective_names_the_ranks_that_are_not_there_and_one_that_is() -> None:
    main = thread(("train", "train.py", 8), ("wrapper", "torch/distributed/c10d_logger.py", 83))
    main = thread(("train", "train.py", 8), ("all_reduce", "torch/distributed/distributed_c10d.py", 2810), c=("gloo::wait",))
    variables = {"RANK": "0", "WORLD_SIZE": "4", "MASTER_ADDR": "node1", "MASTER_PORT": "29500"}
    found = reason(main, variables=variables, ranks={0: 1, 2: 33})
    assert found.does == "waits in all_reduce, rank 0 of 4, for the other ranks; not on this machine: rank 1, 3"
    assert "--hang 33 (rank 2)" in found.remedy
    assert "node1:29500" in reason(main, variables=variables, ranks={0: 1}).remedy
    assert reason(main).does == "waits in all_reduce for the other ranks"


def test_where_it_spins_meanwhile_it_waits_all_the_same() -> None:
    """Collectives and a GPU are waited for by computing."""
    main = thread(("train", "train.py", 8), ("all_reduce", "torch/distributed/distributed_c10d.py", 2810))
    assert stuck.reason(Look(1, threads=(main,), busy={1: 1.0})).word == "collective"
    assert (
        stuck.reason(Look(1, threads=(thread(("f", "train.py", 1), c=("cudaStreamSynchronize",)),), busy={1: 1.0})).word == "gpu"
    )
