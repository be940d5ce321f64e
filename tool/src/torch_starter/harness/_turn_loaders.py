"""Turns of DataLoaders: arguments of each that the script, or a library for it, makes."""

from __future__ import annotations

import functools
import inspect
import multiprocessing
from typing import Any, Dict, Optional, Set

NEEDS_WORKERS = ("prefetch_factor", "persistent_workers", "multiprocessing_context", "timeout")
TOLD = {"workers": "num_workers", "prefetch": "prefetch_factor", "persistent": "persistent_workers", "pinned": "pin_memory"}
ITERABLE = "its data is iterable: each worker would go through all of it"


def loader(turns: Any, torch: Any, wanted: Optional[Dict[str, Any]]) -> Optional[str]:
    """Wrap what makes one. Subclasses come by here, and whoever makes one anew from another: accelerate, Lightning.

    Nothing is left on a loader, so that it can be sent to other processes as before.
    """
    kind = torch.utils.data.DataLoader
    made = kind.__init__
    persistent: Set[int] = set()

    @functools.wraps(made)
    def making(one: Any, *words: Any, **named: Any) -> None:
        told = turns.guard("loader", lambda: changed(turns, torch, made, (one, *words), named, persistent)) if wanted else None
        if told is None:
            made(one, *words, **named)
        else:
            turns.either("loader", lambda: made(*told.args, **told.kwargs), lambda: made(one, *words, **named))
        turns.guard("loader", lambda: turns.made.note("loaders", described(torch, one)))

    kind.__init__ = making
    if wanted and wanted.get("persistent_workers"):
        in_step(torch, persistent)
    return "the script made no DataLoader" if wanted else None


def changed(turns: Any, torch: Any, made: Any, words: Any, named: Dict[str, Any], persistent: Set[int]) -> Any:
    """The arguments with what is wanted; None in a process that may have no workers, since it is one."""
    if multiprocessing.current_process().daemon:
        return None
    signature = inspect.signature(made)
    bound = signature.bind(*words, **named)
    said = dict(bound.arguments)
    bound.apply_defaults()
    told, wanted = bound.arguments, dict(turns.given["loader"])
    if isinstance(told["dataset"], torch.utils.data.IterableDataset):
        wanted.pop("num_workers", None)
    told.update({name: value for name, value in wanted.items() if name not in NEEDS_WORKERS})
    if told["num_workers"] > 0:
        told.update(wanted)
    else:
        told.update({name: signature.parameters[name].default for name in NEEDS_WORKERS})
    if told["persistent_workers"] and not said.get("persistent_workers"):
        persistent.add(id(told["dataset"]))
    note(turns, said, told, wanted)
    return bound


def note(turns: Any, said: Dict[str, Any], told: Dict[str, Any], wanted: Dict[str, Any]) -> None:
    """What became of it with one loader; where several are made it is enough that one could be turned."""
    for name in wanted:
        if name in said:
            turns.overrule("%s of a DataLoader" % name, said[name], told[name])
    missing = [name for name, value in turns.given["loader"].items() if told[name] != value]
    if not missing:
        turns.done["loader"] = ""
    elif turns.done["loader"]:
        turns.done["loader"] = ITERABLE if missing[0] not in wanted else "it has no workers"


def in_step(torch: Any, persistent: Set[int]) -> None:
    """Draw the random number that new workers draw at each epoch, and those that stay do not.

    So the order of the data is the same with both, and what a training learns can be compared. `persistent` are the data of
    loaders whose workers stay because of us.
    """
    kind = torch.utils.data.dataloader._MultiProcessingDataLoaderIter
    reset = kind._reset

    @functools.wraps(reset)
    def resetting(iterator: Any, one: Any, first_iter: bool = False) -> Any:
        if not first_iter and id(one.dataset) in persistent:
            torch.empty((), dtype=torch.int64).random_(generator=one.generator)
        return reset(iterator, one, first_iter)

    kind._reset = resetting


def described(torch: Any, one: Any) -> Dict[str, Any]:
    """What is read back of it."""
    told = {name: getattr(one, argument) for name, argument in TOLD.items()}
    return dict(told, iterable=isinstance(one.dataset, torch.utils.data.IterableDataset))
