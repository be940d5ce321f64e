"""Where lines go that a script is to be given: behind what imports torch, and before what makes the optimizer."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Container, Iterable

from torch_starter.core.tuning import Optimizer, Told
from torch_starter.tuning.script import Script, Unclear
from torch_starter.tuning.wishes import Instead, Line, Wish

IMPORTS = (ast.Import, ast.ImportFrom)
PARAMETERS = ("parameters", "named_parameters")
REPEATED = (ast.For, ast.AsyncFor, ast.While)
IN_PLACE = ("to", "cuda", "cpu", "train", "eval", "float", "double", "half", "bfloat16", "requires_grad_", "apply", "type")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def behind_torch(script: Script, words: str) -> list[Wish]:
    """A line behind the imports that torch is imported with; `{torch}` in it becomes what it is called. Raises Unclear."""
    statements = script.tree.body
    names = names_of_torch(script)
    if not names:
        raise Unclear("torch is not imported by its name at the top of this file")
    name, place = next(iter(names.items()))
    while place + 1 < len(statements) and isinstance(statements[place + 1], IMPORTS):
        place += 1
    end = script.end(statements[place])
    if script.text[end : script.line_end(end)].split("#")[0].strip():
        raise Unclear("there is more in the line that imports torch")
    after = next((start for start in script.starts if start > end), None)
    if after is None:
        raise Unclear("the file ends with what imports torch")
    return [Line(after, ""), Line(after, words.format(torch=name))]


def names_of_torch(script: Script) -> dict[str, int]:
    """What torch is called in a file, each with the number of the statement that imports it."""
    imports = [(place, each) for place, each in enumerate(script.tree.body) if isinstance(each, ast.Import)]
    names = [(alias.asname or "torch", place) for place, each in imports for alias in each.names if of_torch(alias)]
    return dict(reversed(names))


def of_torch(alias: ast.alias) -> bool:
    """Whether an import makes torch itself known."""
    return alias.name == "torch" or (alias.name.startswith("torch.") and not alias.asname)


def set_once(script: Script, function: str, words: str, value: str) -> list[Wish]:
    """A call of a function of torch that sets something: the argument of the one that is there, else a line. Raises Unclear."""
    calls = script.calls(function)
    if not calls:
        return behind_torch(script, words)
    if len(calls) > 1 or len(calls[0].args) + len(calls[0].keywords) != 1 or isinstance(given := sole(calls[0]), ast.Starred):
        raise Unclear("it is set here in a way of its own")
    return [] if script.source(given) == value else [Instead(given, value)]


def sole(call: ast.Call) -> ast.expr:
    """The only argument."""
    return call.args[0] if call.args else call.keywords[0].value


def assigned(script: Script, name: str) -> list[ast.expr]:
    """What attributes of a name, such as cudnn.benchmark, are set to."""
    nodes = [node for node in ast.walk(script.tree) if isinstance(node, ast.Assign)]
    return [node.value for node in nodes if any(f".{ast.unparse(target)}".endswith(f".{name}") for target in node.targets)]


def for_the_model(script: Script, optimizers: Iterable[Optimizer], classes: Container[str], words: str) -> list[Wish]:
    """A line in which `{model}` is the model, before what makes its optimizer, else behind what makes it. Raises Unclear."""
    for optimizer in optimizers:
        with contextlib.suppress(Unclear):
            call = script.call_at(optimizer.place.line if optimizer.place else None, optimizer.name)
            models = models_of(script, call)
            if len(models) == 1 and models[0] != "self":
                return [before(script, script.statement(call), words.format(model=models[0]))]
    return [behind_its_making(script, classes, words)]


def models_of(script: Script, call: ast.Call) -> list[str]:
    """Whose parameters an optimizer is given, each as it is written."""
    given = [node for part in (*call.args, *(each.value for each in call.keywords)) for node in ast.walk(part)]
    calls = (node for node in given if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    owners = [node.func.value for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr in PARAMETERS]
    if any(not is_name(owner) for owner in owners):
        return []
    return list(dict.fromkeys(script.source(owner) for owner in owners))


def is_name(node: ast.expr) -> bool:
    """Such as model, or self.model."""
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and is_name(node.value))


def before(script: Script, statement: ast.stmt, words: str) -> Line:
    """A line before a statement, as far in as that is. Raises Unclear."""
    start = script.start(statement)
    if not script.begins_line(start) or isinstance(statement, SCOPES):
        raise Unclear("what comes before it is in the same line")
    return Line(script.line_start(start), f"{script.indentation(start)}{words}")


def behind_its_making(script: Script, classes: Container[str], words: str) -> Line:
    """A line behind the statement that makes the model and gives it a name. Raises Unclear."""
    assigns = [node for node in ast.walk(script.tree) if isinstance(node, ast.Assign)]
    made = [node for node in assigns if called_first(script, node.value) in classes]
    if len(made) != 1 or len(made[0].targets) != 1 or not is_name(made[0].targets[0]):
        raise Unclear("which name the model has could not be seen")
    statement = made[0]
    if any(isinstance(each, REPEATED) for each in script.above(statement)):
        raise Unclear("the model is made more than once")
    start, end = script.start(statement), script.end(statement)
    after = next((each for each in script.starts if each > end), None)
    if after is None or not script.begins_line(start) or script.text[end : script.line_end(end)].split("#")[0].strip():
        raise Unclear("what comes behind it is in the same line")
    return Line(after, f"{script.indentation(start)}{words.format(model=script.source(statement.targets[0]))}")


def called_first(script: Script, node: ast.expr) -> str:
    """What makes a thing: Net in Net(3).to(device)."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in IN_PLACE:
        node = node.func.value
    return script.called(node) if isinstance(node, ast.Call) else ""


def files(told: Told) -> Iterable[str]:
    """Those of the script that were seen, the one that uses the model first."""
    places = [each.place for group in (told.models, told.optimizers, told.loaders) for each in group]
    return dict.fromkeys(place.file for place in places if place is not None)
