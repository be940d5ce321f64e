"""Weights and other files that run what is in them when they are loaded: a rule over the syntax tree of code."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from torch_starter.audits.calls import Call, calls, spelled
from torch_starter.audits.names import NOT_KNOWN, Names, names
from torch_starter.audits.sources import Part, Source

MARK = re.compile(r"#.*?(?:audit:\s*allow\b|\bnosec\b|\bnoqa:[^#]*\bS(?:301|614)\b)", re.IGNORECASE)
TORCH_LOAD = {"torch.load", "torch.serialization.load"}
FROM_URL = {"torch.hub.load_state_dict_from_url", "torch.utils.model_zoo.load_url"}  # whose default is weights_only=False
RUNS = {  # what these read says what is run: a pickle, in one form or another
    *(f"{module}.{word}" for module in ("pickle", "_pickle", "cPickle", "dill", "cloudpickle") for word in ("load", "loads")),
    *("pickle.Unpickler", "_pickle.Unpickler", "dill.Unpickler", "shelve.open"),
    *("joblib.load", "sklearn.externals.joblib.load", "pandas.read_pickle"),
}
DUMPS = {"pickle.dumps", "_pickle.dumps", "dill.dumps", "cloudpickle.dumps"}
NUMPY_LOAD = {"numpy.load", "numpy.lib.npyio.load"}
ALLOWED = {"torch.serialization.add_safe_globals", "torch.serialization.safe_globals"}
TOO_MUCH = {"eval", "exec", "compile", "getattr", "setattr", "open", "__import__", "globals", "type", "input"}
FROM_SYSTEM = ("os.", "subprocess.", "builtins.", "shutil.", "sys.", "importlib.", "runpy.", "ctypes.")
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
FORCED = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"
FORCING = ("1", "y", "yes", "true")  # in any case; torch takes all else for no

ONLY = "weights_only=True, or safetensors"

Verdict = Literal["fail", "warn"]
Judgement = tuple[Verdict, str, str]  # what is written there, and what to write instead


@dataclass(frozen=True)
class Danger:
    """A call that may run what is in a file: where, how bad that is, what is written there, and what to write instead."""

    line: int
    cell: int
    verdict: Verdict
    seen: str
    remedy: str


def dangers(source: Source, safe_default: bool | None) -> tuple[list[Danger], int]:
    """Those of a file, and how many are kept by a mark in a comment. `safe_default`: torch.load reads only weights by itself."""
    known = names(part.tree for part in source.parts)
    found: list[Danger] = []
    marked = 0
    for part in source.parts:
        for node, (verdict, seen, remedy) in judgements(part, known, safe_default):
            if is_marked(part, node):
                marked += 1
            else:
                found.append(Danger(node.lineno, part.cell, verdict, seen, remedy))
    return sorted(found, key=lambda each: (each.cell, each.line)), marked


def judgements(part: Part, known: Names, safe_default: bool | None) -> Iterator[tuple[ast.expr | ast.stmt, Judgement]]:
    """What is wrong in a file or a cell, and where."""
    for call in calls(part.tree, known):
        yield from ((call.node, each) for each in judged(call, known, safe_default))
    for node in ast.walk(part.tree):
        if isinstance(node, ast.Assign):
            yield from ((node, each) for each in of_variable(node, known))


def is_marked(part: Part, node: ast.expr | ast.stmt) -> bool:
    """Whether one of its lines has the mark of one who has looked at it."""
    return any(MARK.search(line) for line in part.lines[node.lineno - 1 : node.end_lineno])


def judged(call: Call, known: Names, safe_default: bool | None) -> Iterator[Judgement]:
    """What is wrong with one call."""
    if call.named & TORCH_LOAD:
        yield from of_torch(call, known, safe_default)
    elif call.named & FROM_URL:
        yield from of_torch(call, known, False, default="by itself it reads any pickle")
    elif rule := next((rule for calls, rule in RULES if call.named & calls), None):
        yield from rule(call, known)
    elif call.shown != "dict" and known.value(call.word("weights_only")) is False:
        yield "fail", f"{call.shown}(weights_only=False) reads any pickle, which runs what is in it", ONLY
    if known.value(call.word("trust_remote_code")) is True:
        yield from of_remote(call, known)


def of_torch(call: Call, known: Names, safe: bool | None, default: str = "") -> Iterator[Judgement]:
    """torch.load and its like: whether only weights are read."""
    given, value = call.word("weights_only"), known.value(call.word("weights_only"))
    if given is not None and value is not None:
        if value is False or value == 0:
            yield "fail", f"{call.shown}(weights_only=False) reads any pickle, which runs what is in it", ONLY
        elif value is NOT_KNOWN:
            yield "warn", f"{call.shown}(weights_only={spelled(given)}): its value is not known here", ONLY
        return
    module = call.word("pickle_module", 2)
    if module is not None and known.value(module) is not None:
        yield "fail", f"{call.shown}(pickle_module=...) reads any pickle, which runs what is in it", ONLY
    elif call.open_ended:
        yield "warn", f"{call.shown}(**...): whether weights_only is among these words is not known here", ONLY
    elif safe is None:
        yield "warn", f"{call.shown} without weights_only, and which version of torch reads it is not known", ONLY
    elif not safe:
        yield "fail", f"{call.shown} without weights_only: {default or 'before torch 2.6 that reads any pickle'}", ONLY


def of_pickle(call: Call, known: Names) -> Iterator[Judgement]:
    """A pickle that is read; one that was written in the same breath is a copy."""
    first = call.node.args[0] if isinstance(call.node, ast.Call) and call.node.args else None
    if isinstance(first, ast.Call) and known.dotted(first.func) in DUMPS:
        return
    yield "fail", f"{call.shown} runs what is in the file", "a form without code: safetensors, JSON, numpy.savez, Parquet"


def of_numpy(call: Call, known: Names) -> Iterator[Judgement]:
    """numpy.load, which reads pickles where it is allowed to."""
    given = call.word("allow_pickle", 2)
    value = known.value(given)
    if value is NOT_KNOWN and given is not None:
        yield "warn", f"{call.shown}(allow_pickle={spelled(given)}): its value is not known here", "leave it away"
    elif given is not None and value:
        yield "fail", f"{call.shown}(allow_pickle=True) runs what is in the file", "save arrays of numbers, and leave it away"


def of_allowed(call: Call, known: Names) -> Iterator[Judgement]:
    """What weights_only=True is told to let through, where that can do anything."""
    for node in (inner for argument in call.arguments for inner in ast.walk(argument)):
        meant = known.dotted(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""
        plain = node.id if isinstance(node, ast.Name) and not meant and node.id in TOO_MUCH else ""
        if plain or meant.startswith(FROM_SYSTEM) or meant in RUNS:
            yield "fail", f"{call.shown} lets {plain or meant} through, which can run anything", "allow classes of your own alone"


def of_hub(call: Call, known: Names) -> Iterator[Judgement]:
    """Code of a repository: the same only where a commit says which."""
    repository, source = known.value(call.word("repo_or_dir", 0)), known.value(call.word("source", 99))
    if source == "local" or (isinstance(repository, str) and COMMIT.fullmatch(repository.rpartition(":")[2])):
        return
    named = f"({repository!r})" if isinstance(repository, str) else ""
    yield (
        "fail",
        f"{call.shown}{named} runs code that can change from one day to the next",
        "name a commit: owner/name:0123abcd...",
    )


def of_remote(call: Call, known: Names) -> Iterator[Judgement]:
    """Code that comes with a model: the same only where a commit says which."""
    pinned = known.value(call.word("code_revision") or call.word("revision"))
    if isinstance(pinned, str) and COMMIT.fullmatch(pinned):
        yield "warn", f"{call.shown}(trust_remote_code=True) runs the code of that commit", "read it, then mark the line"
    else:
        yield (
            "fail",
            f"{call.shown}(trust_remote_code=True) runs code that can change from one day to the next",
            "leave it away, or name the commit that you have read: revision=",
        )


RULES: tuple[tuple[set[str], Callable[[Call, Names], Iterator[Judgement]]], ...] = (
    (RUNS, of_pickle),
    (NUMPY_LOAD, of_numpy),
    (ALLOWED, of_allowed),
    ({"torch.hub.load"}, of_hub),
)


def of_variable(node: ast.Assign, known: Names) -> Iterator[Judgement]:
    """The variable that turns the safe default off, where it is set to what does so."""
    if not any(isinstance(target, ast.Subscript) and known.value(target.slice) == FORCED for target in node.targets):
        return
    value = known.value(node.value)
    if value is NOT_KNOWN:
        yield "warn", f"{FORCED} may make torch.load read any pickle: its value is not known here", "leave it away"
    elif is_forcing(str(value)):
        yield "fail", f"{FORCED} makes torch.load read any pickle", "leave it away"


def is_forcing(value: str) -> bool:
    """Whether torch takes a value of that variable for yes."""
    return value.lower() in FORCING
