"""What a setting of a profile asks to be written into a script: each as a sentence, with its place, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch_starter.core.place import Place
from torch_starter.core.proof import Member
from torch_starter.core.tuning import Told
from torch_starter.tuning import places
from torch_starter.tuning.script import Script, Unclear
from torch_starter.tuning.wishes import Instead, Keyword, Wish, literal

LOADER = (  # what it takes without names, in order
    *("dataset", "batch_size", "shuffle", "sampler", "batch_sampler", "num_workers", "collate_fn", "pin_memory", "drop_last"),
    *("timeout", "worker_init_fn", "multiprocessing_context", "generator"),
)
WITHOUT_WORKERS = {"prefetch_factor": None, "persistent_workers": False}
OTHER = {"fused": "foreach", "foreach": "fused"}


@dataclass(frozen=True)
class Task:
    """Something to write into a script. `wish` finds where, or raises Unclear; without one it is for people."""

    text: str
    place: Place | None
    wish: Callable[[Script], Sequence[Wish]] | None = None


def tasks(member: Member, told: Told) -> Iterator[Task]:
    """All that a member of a profile asks for."""
    for name, value in member.turns.items():
        if name in MAKERS:
            yield from MAKERS[name](value, told)
    if "threads" not in member.turns and member.setting == "threads" and "OMP_NUM_THREADS" in member.variables:
        yield from threads(int(member.variables["OMP_NUM_THREADS"]), told)


def loader(wanted: dict[str, Any], told: Told) -> Iterator[Task]:
    """Arguments of each DataLoader; one whose data goes by in one stream would be read by each worker."""
    for place, iterable in {each.place: each.iterable for each in told.loaders}.items():
        names = {name: value for name, value in wanted.items() if name != "num_workers" or not iterable}
        if names:
            yield Task(f"give DataLoader {words(names)}", place, loader_wish(place, names))


def loader_wish(place: Place | None, names: dict[str, Any]) -> Callable[[Script], Sequence[Wish]]:
    def wish(script: Script) -> Sequence[Wish]:
        call = script.call_at(place.line if place else None, "DataLoader")
        given = {keyword.arg for keyword in call.keywords}
        idle = {name: value for name, value in WITHOUT_WORKERS.items() if name in given} if names.get("num_workers") == 0 else {}
        return [Keyword(call, name, value, LOADER) for name, value in {**names, **idle}.items()]

    return wish


def optimizer(wanted: str, told: Told) -> Iterator[Task]:
    """Of each of torch's own that takes it."""
    for each in told.optimizers:
        if each.known and (wanted != "fused" or each.takes_fused):
            yield Task(f"give {each.name} {wanted}=True", each.place, optimizer_wish(each.place, each.name, wanted))


def optimizer_wish(place: Place | None, name: str, wanted: str) -> Callable[[Script], Sequence[Wish]]:
    def wish(script: Script) -> Sequence[Wish]:
        call = script.call_at(place.line if place else None, name)
        given = {keyword.arg for keyword in call.keywords}
        other = [Keyword(call, OTHER[wanted], None)] if OTHER[wanted] in given else []
        return [Keyword(call, wanted, True), *other]

    return wish


def compiling(mode: str, told: Told) -> Iterator[Task]:
    """Of the model, in place, which torch knows from 2.2 on."""
    call = "{model}.compile()" if mode == "default" else f'{{model}}.compile(mode="{mode}")'
    yield of_model(f"{call.format(model='model')} before the optimizer is made", call, told)


def channels_last(wanted: bool, told: Told) -> Iterator[Task]:
    call = "{model}.to(memory_format=torch.channels_last)"
    yield of_model(f"{call.format(model='model')} before the optimizer is made", call, told)


def of_model(text: str, call: str, told: Told) -> Task:
    """A line for the model, where the optimizer is made."""
    found = [*(each.place for each in told.optimizers), *(each.place for each in told.models)]
    place = next((each for each in found if each is not None), None)
    here = [each for each in told.optimizers if each.place and place and each.place.file == place.file]

    def wish(script: Script) -> Sequence[Wish]:
        if told.distributed:
            raise Unclear("the model is wrapped for several processes")
        if "torch." in call and "torch" not in places.names_of_torch(script):
            raise Unclear("torch is not imported by its name at the top of this file")
        return places.for_the_model(script, here, {each.name for each in told.models} - {""}, call)

    return Task(text, place, wish)


def autocast(kind: str, told: Told) -> Iterator[Task]:
    device = told.device.split(":")[0]
    text = f'call the model under torch.autocast("{device}", torch.{kind}), and take its answer as float32'
    yield Task(text, next((each.place for each in told.models), None))


def threads(count: int, told: Told) -> Iterator[Task]:
    """Where the script sets the number itself, which would win."""
    for place in dict.fromkeys(told.threads_set):
        yield Task(f"torch.set_num_threads({count})", place, threads_wish(place, str(count)))


def threads_wish(place: Place, value: str) -> Callable[[Script], Sequence[Wish]]:
    def wish(script: Script) -> Sequence[Wish]:
        call = script.call_at(place.line, "set_num_threads")
        if len(call.args) + len(call.keywords) != 1:
            raise Unclear("it is set here in a way of its own")
        given = places.sole(call)
        return [] if script.source(given) == value else [Instead(given, value)]

    return wish


def once(function: str) -> Callable[[Any, Told], Iterator[Task]]:
    """A function of torch that is called once, with the value of the turn."""

    def make(value: Any, told: Told) -> Iterator[Task]:
        name, told_value = function.rpartition(".")[2], literal(value)
        words = f"{{torch}}.{function}({told_value})"

        def wish(script: Script) -> Sequence[Wish]:
            return places.set_once(script, name, words, told_value)

        yield Task(f"{words.format(torch='torch')} behind import torch", first(told), wish)

    return make


def cudnn_benchmark(value: bool, told: Told) -> Iterator[Task]:
    words = f"{{torch}}.backends.cudnn.benchmark = {value}"

    def wish(script: Script) -> Sequence[Wish]:
        given = places.assigned(script, "cudnn.benchmark")
        if len(given) > 1:
            raise Unclear("it is set here in a way of its own")
        return [Instead(given[0], str(value))] if given else places.behind_torch(script, words)

    yield Task(f"{words.format(torch='torch')} behind import torch", first(told), wish)


def bucket_view(value: bool, told: Told) -> Iterator[Task]:
    names = ("DistributedDataParallel", "DDP")

    def wish(script: Script) -> Sequence[Wish]:
        calls = script.calls(*names)
        if len(calls) != 1:
            raise Unclear("where it is made could not be seen")
        return [Keyword(calls[0], "gradient_as_bucket_view", value)]

    yield Task(f"give {names[0]} gradient_as_bucket_view={value}", first(told), wish)


def first(told: Told) -> Place | None:
    """The file of the script that uses the model, as a place without a line."""
    return next((Place(file) for file in places.files(told)), None)


def words(names: dict[str, Any]) -> str:
    """Arguments as they are written."""
    return ", ".join(f"{name}={literal(value)}" for name, value in names.items())


MAKERS: dict[str, Callable[[Any, Told], Iterable[Task]]] = {
    "loader": loader,
    "optimizer": optimizer,
    "compile": compiling,
    "channels_last": channels_last,
    "autocast": autocast,
    "threads": threads,
    "interop_threads": once("set_num_interop_threads"),
    "float32_precision": once("set_float32_matmul_precision"),
    "sharing": once("multiprocessing.set_sharing_strategy"),
    "cudnn_benchmark": cudnn_benchmark,
    "bucket_view": bucket_view,
}
