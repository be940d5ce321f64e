"""`test --changed` against the whole suite: how long it takes after an edit of one line, and whether it misses a failing test.

    tool/benchmarks/test_changed.py [--mutations N] [--seed N] [--work N] [--no-speed] [--light]

The project is changed_project/: its tests read files, list folders, start processes, use workers and torch.compile. First each
test is given as much work as takes a real one about a second, and a line is put into each function in turn: the median of what
that takes is held against the whole suite. Then N random mutations of its code and data are made, one at a time: what fails of
the whole suite must be among what `test --changed` ran. Exits 1 where it is not.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from _common import REPOSITORY, machine

HERE = Path(__file__).parent / "changed_project"
LIMIT = 0.2


@dataclass(frozen=True)
class Place:
    """The project, with the environment of this repository."""

    root: Path
    variables: dict[str, str]

    def command(self, *words: str) -> tuple[float, dict[str, Any]]:
        """How long it took, and its report."""
        began = time.monotonic()
        argv = [sys.executable, "-m", "torch_starter", "test", "--json", *words]
        done = subprocess.run(argv, cwd=self.root, env=self.variables, capture_output=True, text=True)
        return time.monotonic() - began, json.loads(done.stdout)

    def whole(self, *, work: int) -> tuple[float, set[str], int]:
        """The whole suite by pytest alone: seconds, what failed, its exit code."""
        began = time.monotonic()
        argv = [self.root / ".venv/bin/python", "-m", "pytest", "-q", "-rfE", "--no-header", "-p", "no:cacheprovider", "tests"]
        done = subprocess.run(argv, cwd=self.root, env={**self.variables, "WORK": str(work)}, capture_output=True, text=True)
        lines = [line.split(" - ")[0].split() for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        return time.monotonic() - began, {words[1] for words in lines}, done.returncode


def made(folder: Path, *, light: bool = False) -> Place:
    """A copy of the project that has the environment of this repository; a light one is without torch."""
    root = folder / "a project"
    shutil.copytree(HERE, root, ignore=shutil.ignore_patterns("*guess.py" if light else "__pycache__", "__pycache__"))
    real = (REPOSITORY / ".venv").resolve()
    state = root / ".torch-starter" / "here"
    state.mkdir(parents=True)
    (state / "envs").symlink_to(real.parent)
    if (real.parent.parent / "uv").is_dir():
        (state / "uv").symlink_to(real.parent.parent / "uv")
    (root / ".venv").symlink_to(f".torch-starter/here/envs/{real.name}")
    (root / "torch-starter.toml").write_text('[python]\nversion = "3.12"\n')
    variables = {**os.environ, "TORCH_STARTER_ROOT": str(root), "TORCH_STARTER_PLATFORM": "here", "PWD": str(root)}
    variables["PYTHONPATH"] = str(REPOSITORY / "tool" / "src")
    variables["PYTHONDONTWRITEBYTECODE"] = "1"
    return Place(root, variables)


def mutations(root: Path, seed: int) -> Iterator[tuple[str, Path, str]]:
    """What is changed, the file, and its new text: one place of the code or the data each, without end."""
    chance = random.Random(seed)
    files = [*sorted((root / "src").rglob("*.py")), *sorted((root / "data").glob("*.json"))]
    while True:
        path = chance.choice(files)
        changed = mutated(path.read_text(), chance) if path.suffix == ".py" else altered(path.read_text(), chance)
        if changed is not None:
            yield changed[0], path, changed[1]


def altered(text: str, chance: random.Random) -> tuple[str, str]:
    """Data with one other value."""
    values = json.loads(text)
    name = chance.choice(sorted(values))
    values[name] += 1
    return f"{name} is {values[name]}", json.dumps(values)


def mutated(text: str, chance: random.Random) -> tuple[str, str] | None:
    """Code with one other node; None where it has nothing to be changed."""
    tree = ast.parse(text)
    places = [node for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.BinOp | ast.Compare | ast.Return | ast.If)]
    places = [node for node in places if not (isinstance(node, ast.Constant) and node.value is None)]
    if not places:
        return None
    node = chance.choice(places)
    what = f"line {node.lineno}: {ast.unparse(node).splitlines()[0]}"
    change(node, chance)
    return what, ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def change(node: ast.AST, chance: random.Random) -> None:
    """Make something else of a node."""
    if isinstance(node, ast.Constant):
        node.value = {bool: lambda old: not old, int: lambda old: old + 1, float: lambda old: old + 0.5}.get(
            type(node.value), lambda old: f"{old}x" if isinstance(old, str) else old
        )(node.value)
    elif isinstance(node, ast.BinOp):
        node.op = chance.choice([ast.Add(), ast.Sub(), ast.Mult()])
    elif isinstance(node, ast.Compare):
        node.ops[0] = chance.choice([ast.Lt(), ast.GtE(), ast.Eq(), ast.NotEq()])
    elif isinstance(node, ast.Return):
        node.value = ast.Constant(None)
    elif isinstance(node, ast.If):
        node.test = ast.UnaryOp(ast.Not(), node.test)


def missed(place: Place, failing: set[str], code: int, report: dict[str, Any]) -> str:
    """What of the whole suite's failures was not among those of the chosen tests; empty where nothing was missed."""
    findings = [str(each["seen"]) for each in report["findings"] if each["verdict"] == "fail"]
    if code not in (0, 1) and report["exit_code"] != 0:
        return ""  # not even read: told by both
    lost = {name for name in failing if not any(seen.startswith(name) for seen in findings)}
    return ", ".join(sorted(lost)) or ("" if code == 0 or report["exit_code"] != 0 else f"pytest ended with {code}")


def speed(place: Place, work: int) -> list[float]:
    """The share of the whole suite's time that --changed takes after an edit of one line: of each function in turn."""
    place.variables["WORK"] = str(work)
    place.command("--changed")
    whole = statistics.median(place.whole(work=work)[0] for _ in range(3))
    print(f"the whole suite: {whole:.1f} s (median of 3)", flush=True)
    shares = []
    for path, line in functions(place.root / "src"):
        text = path.read_text()
        path.write_text(edited(text, line))
        seconds, report = place.command("--changed")
        assert report["exit_code"] == 0, report
        counts = {each["name"]: each["median"] for each in report["measurements"]}
        all = counts["tests"] + counts["left-out"]
        print(f"{path.name}:{line}: {counts['tests']:.0f} of {all:.0f} tests, {seconds:.1f} s, {seconds / whole:.2f}", flush=True)
        shares.append(seconds / whole)
    place.variables["WORK"] = "1"
    return shares


def functions(folder: Path) -> Iterator[tuple[Path, int]]:
    """Each function: its file, and the line of its first statement."""
    for path in sorted(folder.rglob("*.py")):
        lines = [node.body[0].lineno for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
        yield from ((path, line) for line in sorted(lines, reverse=True))  # so that edits do not move those to come


def edited(text: str, line: int) -> str:
    """The text with a line that does nothing before one."""
    lines = text.splitlines(keepends=True)
    indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
    return "".join([*lines[: line - 1], f"{indent}edited = True  # noqa: F841\n", *lines[line - 1 :]])


def main() -> int:
    """Measure, mutate, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mutations", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=int, default=3_000_000, help="rounds of a hash in each test")
    parser.add_argument("--light", action="store_true", help="without the tests of torch")
    parser.add_argument("--no-speed", action="store_true", help="mutations alone")
    given = parser.parse_args()
    print(machine(), flush=True)
    share = 0.0
    if not given.no_speed:
        with TemporaryDirectory(prefix="changed ") as folder:
            shares = speed(made(Path(folder)), given.work)
        share = statistics.median(shares)
        spread = f"{min(shares):.2f} to {max(shares):.2f}, n={len(shares)}"
        print(f"after an edit of one line: {share:.2f} of the whole suite's time ({spread}); limit {LIMIT}")
    with TemporaryDirectory(prefix="changed ") as folder:
        place = made(Path(folder), light=given.light)
        lost = mutate(place, given.mutations, given.seed)
    return int(lost > 0 or share > LIMIT)


def mutate(place: Place, count: int, seed: int) -> int:
    """How many mutations made a test fail that was left out."""
    place.command("--changed")
    state, kept = place.root / ".torch-starter" / "here" / "tests", place.root.parent / "kept"
    shutil.copytree(state, kept)
    lost = harmful = ran = all = 0
    for number, (what, path, text) in enumerate(mutations(place.root, seed), 1):
        before = path.read_text()
        path.write_text(text)
        _, failing, code = place.whole(work=1)
        _, report = place.command("--changed")
        path.write_text(before)
        shutil.rmtree(state)
        shutil.copytree(kept, state)
        why = missed(place, failing, code, report)
        counts = {each["name"]: each["median"] for each in report["measurements"]}
        harmful, lost = harmful + bool(code), lost + bool(why)
        ran, all = ran + counts.get("tests", 0), all + counts.get("tests", 0) + counts.get("left-out", 0)
        told = f"{len(failing)} fail, {counts.get('tests', 0):.0f} ran, {counts.get('left-out', 0):.0f} left out"
        print(f"{number:3} {path.name}, {what}: {told}{f': MISSED {why}' if why else ''}", flush=True)
        if number == count:
            break
    print(f"{count} mutations, {harmful} of them break a test; missed: {lost}; {ran / max(1, all):.2f} of all tests were run")
    return lost


if __name__ == "__main__":
    sys.exit(main())
