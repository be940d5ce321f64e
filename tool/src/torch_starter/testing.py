"""For tests of your own checks: a machine that replays recorded facts, and evidence made by hand.

from torch_starter.testing import evidence, findings
from torch_starter.checks.my_check import CHECK

def test_it_sees_the_fault() -> None:
    assert findings(CHECK, evidence(installed={"torch": "2.14.1"}))[0].verdict == "fail"
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NoReturn

from packaging.requirements import Requirement

from torch_starter.core.evidence import Distribution, Evidence, Installed, Interpreter, PathState
from torch_starter.core.facts import Absent, Fact, Facts, Unknown, record
from torch_starter.core.files import LocalFiles
from torch_starter.core.kinds import Check, Rule
from torch_starter.core.machine import Machine
from torch_starter.core.probing import Answer
from torch_starter.core.processes import Done
from torch_starter.core.report import Finding
from torch_starter.core.spec import Spec
from torch_starter.parsers.read import read
from torch_starter.rules._sights import judged

LINUX = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.12.1",
    "python_version": "3.12",
    "sys_platform": "linux",
}


class NoProcesses:
    """Processes of a machine that is not here: nothing can be started, and that is a result."""

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        input: str = "",
        timeout: float | None = None,
        on_line: Callable[[str], None] | None = None,
        on_error_line: Callable[[str], None] | None = None,
        on_answer: Callable[[str], None] | None = None,
        until: Callable[[], bool] | None = None,
        gentle: float = 0.0,
    ) -> Done:
        return Done(tuple(str(word) for word in argv), None, "", "no such program on a recorded machine", 0.0)

    def pass_through(self, argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path | None = None) -> int:
        raise FileNotFoundError(str(argv[0]))

    def become(self, argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path | None = None) -> NoReturn:
        raise FileNotFoundError(str(argv[0]))


def recorded_machine(folder: Path) -> Machine:
    """A machine that replays the facts which `./dev.sh facts --record DIR` wrote into a folder."""
    return Machine(NoProcesses(), LocalFiles(), {}, json.loads((folder / "facts.json").read_text()))


def machine_with(*facts: Fact | tuple[type[Fact], Absent | Unknown]) -> Machine:
    """A machine with just these facts; a pair of a kind and a reason stands for one that is not there."""
    kept: dict[str, object] = {}
    for each in facts:
        kept[(each[0] if isinstance(each, tuple) else each).key] = record(each[1] if isinstance(each, tuple) else each)
    return Machine(NoProcesses(), LocalFiles(), {}, kept or {"nothing": {}})


def evidence(
    *,
    installed: Mapping[str, str | Distribution] | Installed | None = None,
    answers: Sequence[Answer] = (),
    wanted: Sequence[str] = (),
    locked: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    paths: Mapping[str, PathState] | None = None,
    machine: Machine | None = None,
    spec: Spec | None = None,
    ours: bool = True,
    version: str = "3.12.1",
    accelerator: str = "cpu",
    start_noise: str = "",
    **more: Any,
) -> Evidence:
    """Evidence of a healthy, empty environment of ours on Linux, with what is given put into it.

    `more` are further fields of Evidence, such as `files`, `known_names` or `causes`.
    """
    python = "/env/bin/python"
    return Evidence(
        facts=Facts(machine or machine_with()),
        spec=spec or Spec(),
        ours=ours,
        interpreter=Interpreter(version, "cpython", python, "/env", "/usr", "/usr/bin/python3.12", True, (), "", LINUX),
        installed=installed if isinstance(installed, Installed) else distributions(installed or {}),
        wanted={Requirement(line).name: Requirement(line) for line in wanted},
        locked=locked or {},
        lock=f"locks/{accelerator}.txt",
        accelerator=accelerator,
        install="uv pip install --python /env/bin/python",
        variables=variables or {},
        user_variables=variables or {},
        paths=paths or {},
        answers={answer.probe: answer for answer in answers},
        start_noise=start_noise,
        **more,
    )


def distributions(versions: Mapping[str, str | Distribution]) -> Installed:
    """Installed packages, of which often only the version matters."""
    return Installed(
        {name: value if isinstance(value, Distribution) else Distribution(value) for name, value in versions.items()}
    )


def findings(check: Check, given: Evidence) -> list[Finding]:
    """What a check says of evidence, as `verify-setup` would show it; raises Absent or Unknown as the check does."""
    return list(check.judge(given))


def rule_findings(rule: Rule, texts: Mapping[str, str], modes: Mapping[str, str] | None = None) -> list[Finding]:
    """What a rule says of container files, given as path -> text; raises Absent as the rule does."""
    return list(judged(rule, read(texts, modes)))


class NoProgress:
    """Progress that nobody looks at; what was said is kept."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def stage(self, title: str, total: float | None, unit: str) -> AbstractContextManager[NoStage]:
        self.said.append(title)
        return nullcontext(NoStage())


class NoStage:
    """A stage that nobody looks at."""

    def to(self, done: float, total: float | None = None, detail: str = "") -> None:
        return None
