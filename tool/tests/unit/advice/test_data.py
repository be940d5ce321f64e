"""Advice on data: what is waited for, and which line makes it so long."""

from __future__ import annotations

import pytest

from torch_starter.core.place import Place
from torch_starter.core.profile import Process, Step, Worker
from torch_starter.core.tuning import Loader
from unit.advice.made import FETCH, LOADER, MAIN, STEP, TORCH, Word, advised, beside, in_c, only, process, stacks, steps, waits

GET: Word = ("Pictures.__getitem__", "data.py", 20)
RESIZE: tuple[Word, ...] = (*FETCH, GET, ("Image.resize", "/lib/PIL/Image.py", 1), in_c("ImagingCore.resize"))
LOAD: tuple[Word, ...] = (*FETCH, GET, ("load", "/lib/numpy/lib/_npyio_impl.py", 1), in_c("fromfile"))
LOOP: tuple[Word, ...] = (*FETCH, GET, in_c("max"))
COLLATE: tuple[Word, ...] = (*FETCH, ("default_collate", TORCH + "_utils/collate.py", 1), in_c("_VariableFunctionsClass.stack"))
WORKING = Loader(place=Place("train.py", 9), workers=4, persistent=True)


def worker(*path: Word, number: int = 0, seconds: float = 0.2, share: float = 1.0) -> Worker:
    """Waits for its numbers for the rest of its time, as workers do."""
    idle = (("Queue.get", "/lib/multiprocessing/queues.py", 1),)
    return Worker(
        number=number, process=9, batches=50, seconds=seconds, cpu=seconds, stacks=stacks((path, share), (idle, 1 - share))
    )


def test_without_workers_as_many_are_advised_as_make_a_batch_in_time() -> None:
    finding = advised(process(waits(0.6), loaders=(LOADER,), stacks=beside((RESIZE, 0.6))))[0]
    assert (finding.id, str(finding.place)) == ("profile.data", "train.py:9")
    assert "num_workers=2" in finding.remedy
    assert "optimize" in finding.remedy
    # 60 of 100 ms: two workers make a batch in 30, the rest takes 40, and handing over 3
    assert finding.gain == pytest.approx(1 / (0.4 + 0.03))
    assert "60 % of each step, 60 ms of 100 ms" in finding.seen


def test_processors_that_are_busy_already_are_no_help() -> None:
    crowded = process(waits(0.6), loaders=(LOADER,), cpus=2, threads=2, steps=steps(waits(0.6), working=1.95))
    assert advised(crowded) == []


def test_more_workers_are_advised_while_there_are_processors() -> None:
    one = Loader(place=Place("train.py", 9), workers=1, persistent=True)
    busy = (worker(*RESIZE, seconds=0.1),)
    told = {each.id: each for each in advised(process(waits(0.5), loaders=(one,), workers=busy))}
    assert set(told) == {"profile.data", "profile.decoding"}
    assert told["profile.data"].gain == pytest.approx(1 / (0.5 + 0.05))
    assert "num_workers=2" in told["profile.data"].remedy
    assert only(process(waits(0.5), loaders=(one,), workers=busy, cpus=1, threads=1)).id == "profile.decoding"


def test_data_that_has_no_numbers_has_to_be_shared_out() -> None:
    stream = Loader(place=Place("train.py", 9), iterable=True)
    assert "get_worker_info" in only(process(waits(0.5), loaders=(stream,))).remedy


def test_without_a_loader_nothing_is_said_of_data() -> None:
    assert advised(process(waits(0.5))) == []


@pytest.mark.parametrize(
    ("path", "id_", "words", "saves"),
    [
        (LOAD, "profile.dataset", "mmap_mode", 0.9),
        (LOOP, "profile.dataset", "one operation", 0.8),
        (RESIZE, "profile.decoding", "once for all", 0.5),
    ],
    ids=["whole", "python", "decode"],
)
def test_the_line_that_makes_batches_slow_is_named_by_what_it_does(
    path: tuple[Word, ...], id_: str, words: str, saves: float
) -> None:
    workers = tuple(worker(*path, number=number, share=0.5) for number in range(4))
    finding = only(process(waits(0.95), loaders=(WORKING,), workers=workers))
    assert (finding.id, str(finding.place)) == (id_, "data.py:20")
    assert words in finding.remedy
    assert "100 % of making it" in finding.seen
    assert finding.gain == pytest.approx(1 / (1 - min(saves, 0.95 * 0.95)))


def test_no_more_is_gained_than_is_waited_for() -> None:
    workers = tuple(worker(*LOAD, number=number) for number in range(4))
    assert only(process(waits(0.2), loaders=(WORKING,), workers=workers)).gain == pytest.approx(1 / (1 - 0.95 * 0.2))
    assert advised(process(waits(0.03), loaders=(WORKING,), workers=workers)) == []


def test_where_gains_are_alike_the_line_comes_before_the_loader() -> None:
    told = advised(process(waits(0.6), loaders=(LOADER,), stacks=beside((LOOP, 0.6)), cpus=2, threads=2))
    assert [each.id for each in told] == ["profile.dataset", "profile.data"]
    assert (told[0].gain or 0) >= (told[1].gain or 0) / 1.25


def test_a_loop_is_the_line_around_what_it_calls() -> None:
    inner = ("brighter", "data.py", 5)
    told = advised(
        process(
            waits(0.8),
            loaders=(WORKING,),
            workers=(
                Worker(
                    number=0,
                    process=9,
                    batches=9,
                    seconds=0.3,
                    stacks=stacks(((*FETCH, GET, inner), 0.5), ((*FETCH, GET), 0.4), ((*RESIZE[:-2], RESIZE[-2]), 0.1)),
                ),
            ),
        )
    )
    assert (told[0].id, str(told[0].place)) == ("profile.dataset", "data.py:20")
    assert "90 % of making it" in told[0].seen


def test_putting_together_item_by_item_is_told_at_the_loader() -> None:
    told = advised(process(waits(0.6), loaders=(LOADER,), stacks=beside((COLLATE, 0.6)), cpus=2, threads=2))
    assert (told[0].id, str(told[0].place)) == ("profile.dataset", "train.py:9")
    assert "BatchSampler" in told[0].remedy


def restarted(persistent: bool, epochs: int = 5) -> Process:
    """Every fifth step waits for workers that start."""
    loader = Loader(place=Place("train.py", 9), workers=2, persistent=persistent)
    usual, first = Step(mode="bare", wall=0.01, data=0.001), Step(mode="bare", wall=0.11, data=0.1)
    return process(steps=(usual, usual, usual, usual, first) * 5, loaders=(loader,), epochs=epochs, stacks=stacks(((MAIN,), 0.0)))


def test_workers_that_start_again_are_told_by_the_steps_that_begin_an_epoch() -> None:
    finding = only(restarted(persistent=False))
    share = (0.1 - 0.001) / 5 / 0.03
    assert (finding.id, str(finding.place)) == ("profile.persistent-workers", "train.py:9")
    assert finding.gain == pytest.approx(1 / (1 - 0.8 * share))
    assert "persistent_workers=True" in finding.remedy


def test_one_epoch_may_be_the_first() -> None:
    assert "profile.persistent-workers" not in [each.id for each in advised(restarted(persistent=False, epochs=1))]
    assert "profile.persistent-workers" not in [each.id for each in advised(restarted(persistent=True))]


def test_a_step_is_a_tenth_of_a_second() -> None:
    assert process().mean == pytest.approx(STEP)
