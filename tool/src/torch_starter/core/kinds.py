"""The kinds of thing that one new file can add. Small frozen records; `catalog.collect` finds them in their folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:  # only for types, so that `--help` does not pay for them
    from pathlib import Path

    from torch_starter.core.ask import Ask
    from torch_starter.core.bed import Bed
    from torch_starter.core.cached import Part
    from torch_starter.core.cause import Cause
    from torch_starter.core.container_files import ContainerFiles
    from torch_starter.core.evidence import Evidence
    from torch_starter.core.lookout import Lookout
    from torch_starter.core.machine import Machine
    from torch_starter.core.profile import Profile
    from torch_starter.core.repair import Repair
    from torch_starter.core.report import Finding, Limit, Measurement, Report
    from torch_starter.core.sealed import Sealed
    from torch_starter.core.sight import Sight
    from torch_starter.core.spec import Spec
    from torch_starter.core.tuning import Bound, Safety, Subject, Value
    from torch_starter.core.victim import Victim

Level = Literal["quick", "default", "full"]
LEVELS: tuple[Level, ...] = ("quick", "default", "full")


@dataclass(frozen=True)
class Option:
    """One option of a verb; `metavar` names its value in the help, `short` is its letter where it has one."""

    name: str
    help: str
    type: Literal["flag", "text", "texts", "path"] = "text"
    metavar: str = ""
    default: str | None = None
    short: str = ""


@dataclass(frozen=True)
class Verb:
    """Something that you can ask. Its name is the word on the command line; `run` answers with a report.

    `rest` names the words behind the options, where a verb takes any; with `passes_through` they are a command that
    gets the terminal and whose exit status becomes ours (and there is no `--json`). `markdown`: its answer can be written as a
    table by `--markdown FILE`. `script`: options end where a script begins, or behind -m MODULE, as those of Python do.
    `programs_options`: those that it does not know are among its rest, for the program that it starts.
    """

    name: str
    summary: str
    example: str
    run: Callable[[Ask], Report]
    options: tuple[Option, ...] = ()
    rest: str = ""
    passes_through: bool = False
    changes: bool = False
    markdown: bool = False
    script: bool = False
    programs_options: bool = False


@dataclass(frozen=True)
class Check:
    """Something that must be true.

    A check is pure: it reads `Evidence` (facts, and the answers of the probes that it names) and yields findings. The
    ids of its findings are `id`, or start with `id` and a dot where it looks at several things. `probes` are
    `file.function` in `probes/`, started before it is asked; `dynamic_probes` names more of them from evidence. `fresh`: they
    must not be forked. Where one of the packages `needs` is not installed, none of its probes is started.

    `level` is the least thorough verification that asks it: `quick` needs no torch, `full` is only asked with --full. The
    probes of a quick check are started without torch. `reads`: what of the evidence must be read from thousands of the target's
    files, and is left out where no check asks for it: `files` (Evidence.files) and `names` (Evidence.known_names); or of the
    project's: `secrets` (Evidence.secrets), and `history` of git (Evidence.secrets.history).
    `about` says what it looks at and why it matters, `found` how, `mend` what mends it, `source` where it is known from.
    `causes` names what explains failures of other checks, so that one cause gives one red line. `repairs` is what --fix does
    about the findings that are `fixable`.
    """

    id: str
    title: str
    about: str
    judge: Callable[[Evidence], Iterable[Finding]]
    probes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    dynamic_probes: Callable[[Evidence], Iterable[str]] | None = None
    fresh: bool = False
    level: Level = "default"
    reads: tuple[Literal["files", "names", "secrets", "history"], ...] = ()
    found: str = ""
    mend: str = ""
    source: str = ""
    causes: Callable[[Evidence], Iterable[Cause]] | None = None
    repairs: Callable[[Evidence], Iterable[Repair]] | None = None

    @property
    def group(self) -> str:
        """The first word of the id."""
        return self.id.split(".")[0]


@dataclass(frozen=True)
class Rule:
    """Something that the container files of any project must not say.

    A rule is pure: `look` reads the parsed files and yields a sight for each place that it looked at, or raises `Absent` with
    the fact by which it does not apply. `unit` is what the places are, in the plural. `why` says what the advice that it is
    against does, `found` how it looks, `mend` what to write instead, `source` where it is known from.
    """

    id: str
    title: str
    why: str
    look: Callable[[ContainerFiles], Iterable[Sight]]
    unit: str
    found: str
    mend: str
    source: str
    level: ClassVar[Level] = "quick"

    @property
    def group(self) -> str:
        """The first word of the id."""
        return self.id.split(".")[0]


@dataclass(frozen=True)
class Fault:
    """Something wrong, put into a copy of a real environment to prove that it is found: by the line `expected`, and no other.

    `put` spoils the copy. `level` is the least thorough verification that must find it. `absent` answers with the reason why the
    fault cannot be made on a machine, and with nothing where it can.
    """

    id: str
    title: str
    expected: str
    put: Callable[[Victim], None]
    verdicts: tuple[str, ...] = ("fail", "crash")
    level: Level = "default"
    absent: Callable[[Machine], str] | None = None


@dataclass(frozen=True)
class Artifact:
    """A file that is written from the spec alone: its path in the project, what it is for, and its text."""

    path: str
    about: str
    render: Callable[[Spec], str]


Medians = Mapping[str, float]  # of figures, by their keys, such as "limits threads=2 what=flops"; of a peak its best


def unlimited(medians: Medians) -> Limit | None:
    """Nothing is known that it could be held against."""
    return None


@dataclass(frozen=True)
class Figure:
    """One figure of a benchmark: a series of what `sample`, "file.function" in samples/, answers when called with `arguments`.

    `unit` is what a value is told in, after it is multiplied by `scale`: where more is better amount / seconds, where less is
    better seconds / amount. `limit` reads it from the medians of other figures, or knows it. `one_thread`: the CPU time of its
    process tells the same as the clock, whatever others do. `intensity`: operations for each byte that comes from memory.
    `peak`: it is a limit for others, by its best value. `fresh`: it must not be forked from a process that has imported torch.
    `rounds`: it is taken in so many processes. `seconds`: what one of them takes, about, on two processors; `timeout`: at most.
    """

    sample: str
    series: str
    unit: str
    params: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    better: Literal["higher", "lower"] = "higher"
    scale: float = 1.0
    limit: Callable[[Medians], Limit | None] = unlimited
    one_thread: bool = False
    intensity: float = 0.0
    fresh: bool = False
    peak: bool = False
    rounds: int = 5
    seconds: float = 1.0
    timeout: float = 120.0


@dataclass(frozen=True)
class Benchmark:
    """Something that is worth measuring. `figures` plans what is measured of it here; it raises Absent where it does not apply.

    `version` is raised when the method changes: figures of different methods are not compared. `quick`: it is in the quick suite;
    `needs` names the benchmarks whose figures its limits are read from, `package` what must be installed for all of it. `notes`
    is what its measurements say together.
    """

    name: str
    title: str
    about: str
    version: int
    figures: Callable[[Bed], Iterable[Figure]]
    quick: bool = False
    needs: tuple[str, ...] = ()
    package: str = "torch"
    source: str = ""
    notes: Callable[[Sequence[Measurement]], Iterable[str]] | None = None


@dataclass(frozen=True)
class Setting:
    """Something that can be turned to make a command faster, without editing it.

    `available` yields the values that are worth a try for a command as it is now, the best guess first, or raises `Absent`
    with the fact by which it does not apply. `read` tells its value in effect from what a running process told (Told.effect): a
    value took effect where that is its label. `safety`: what it may do to results; `semantics` are only suggested. `bounds`: what
    it can help with. `code`: its place is in the script, so that it is told as an edit, too: `edit` is that edit in a sentence.
    """

    name: str
    title: str
    about: str
    safety: Safety
    bounds: tuple[Bound, ...]
    available: Callable[[Subject], Iterable[Value]]
    read: Callable[[Mapping[str, str]], str]
    source: str
    code: bool = False
    edit: str = ""


@dataclass(frozen=True)
class Profiler:
    """Something that looks inside a running script, of a package that may be put beside an environment, never into it.

    `requirement` is what is installed; `module` what is imported then, by the script's process, or nothing where it is a program
    of its own. `without`: what looks in its place where it cannot be had, told as a notice.
    """

    name: str
    requirement: str
    module: str
    about: str
    without: str
    source: str


@dataclass(frozen=True)
class Advice:
    """Something that makes scripts slow or large, seen in a profile, with the edit that mends it.

    `look` is pure: it yields findings with their `gain`: how many times as fast, or of memory how many times as small, the script
    is expected to be then. `of`: what it reads. `about` says why it costs, `found` how it is seen, `mend` what to do.
    """

    id: str
    title: str
    of: Literal["time", "memory"]
    look: Callable[[Profile], Iterable[Finding]]
    about: str
    found: str
    mend: str
    source: str


@dataclass(frozen=True)
class Cache:
    """Something that is kept because it costs to get it again.

    `roots` are its folders, whether they are there or not, by the rules of the program that keeps it: nothing outside them is
    ever removed for it. `parts` yields what goes as one, or raises `Absent` with the fact by which there is nothing to look at,
    or `Unknown`. `tool`: the commands that remove parts, where the program that keeps it has one; else their paths are removed.
    `sealed` yields what of it has checksums, with these. `users`: ends of the names of libraries; a program of ours that has one
    loaded may read it at any moment without holding it open. `in_project`: its root is the project's folder, in which it is found
    by names. `about` says what is kept, `source` where its rules are known from.
    """

    name: str
    title: str
    about: str
    roots: Callable[[Lookout], Iterable[Path]]
    parts: Callable[[Lookout], Iterable[Part]]
    source: str
    sealed: Callable[[Lookout], Iterable[Sealed]] | None = None
    tool: Callable[[Lookout, Sequence[Part]], Iterable[Sequence[str | Path]]] | None = None
    users: tuple[str, ...] = ()
    in_project: bool = False
