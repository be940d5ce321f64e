"""What the words of an error say of packages: which version is asked for, what was built for another, what is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Literal

import msgspec
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

Wrong = Literal["old", "new", "either"]
Kind = Literal["import", "attribute", "call", "module"]

NAME = r"[A-Za-z](?:[\w.-]{0,60}\w)?"
QUOTE = r"[`'\"]?"
VERSION = r"\d{1,9}(?:\.(?:\d{1,9}|\*))*(?:\.?(?:a|b|rc|dev|post)\d{1,9})?(?:\+\w+)?"
BOUND = rf"(?:[<>=!~]=|[<>])\s*{VERSION}"
RANGE = rf"(?P<range>{BOUND}(?:(?:\s*,\s*|\s+and\s+){BOUND})*)"
MORE = r"newer|later|greater|higher|above|more|at least"
LESS = r"older|earlier|less|lower|below|smaller|at most"
THAN = rf"(?P<than>{MORE}|{LESS})"
WHAT = rf"{QUOTE}(?P<what>{NAME}){QUOTE}"

DEMANDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # pyarrow requires NumPy 2.0 or newer | numba requires numpy<1.27,>=1.22 | Numba needs NumPy 2.0 or less
        rf"\b(?:requires?|needs)\s+(?:the )?{WHAT}(?: version)?\s*(?:{RANGE}|{VERSION}\s+or\s+{THAN})",
        # requires at least numpy 1.22
        rf"\b(?:requires?|needs)\s+{THAN}\s+{WHAT}\s+{VERSION}",
        # Pandas requires version '1.3.0' or newer of 'numexpr'
        rf"\b(?:requires?|needs)\s+version\s+{QUOTE}{VERSION}{QUOTE}\s+or\s+{THAN}\s+of\s+{WHAT}",
        # tokenizers>=0.21 is required for … | A NumPy version >=1.22.4 and <2.3.0 is required for this version of SciPy
        rf"{WHAT}(?: version)?\s*{RANGE}{QUOTE}\s+(?:is|are|was)\s+required(?: for this version of (?P<who>{NAME}))?",
        rf"{WHAT}\s+{VERSION}\s+or\s+{THAN}\s+(?:is|are)\s+required",
        # numpy version must be less than 2
        rf"{WHAT}(?:'s)?\s+version\s+must\s+be\s+{THAN}",
    )
)
WHO = re.compile(rf"(?:^|[:;.]\s)(?:this version of )?{QUOTE}({NAME}){QUOTE}(?:\s{VERSION})?\s$", re.IGNORECASE | re.MULTILINE)
FOUND = re.compile(
    rf"\b(?:found|got|detected|have|version)\s*:?\s*(?:version\s+)?{QUOTE}(?:{NAME}(?:\s*==\s*|\s+))?(?:version\s+)?{QUOTE}"
    rf"(?P<version>{VERSION})",
    re.IGNORECASE,
)
NEAR = 160  # characters behind a demand in which it says what was found instead

COMPILED = re.compile(
    r"compiled (?:using|against|with|for) NumPy [\d.x]+ cannot be run|numpy\.dtype size changed|_ARRAY_API not found"
    r"|numpy\.(?:_?core\.)?multiarray failed to import|module compiled against (?:ABI|API) version",
    re.IGNORECASE,
)
UNFIT = (
    re.compile(rf"({NAME}) has CUDA version \S+ whereas ({NAME}) has CUDA version"),
    re.compile(rf"({NAME}) and ({NAME}) versions are incompatible"),
)
SYMBOL = re.compile(r"([^\s:'\"][^:'\"\n]{0,400}\.so[.\d]*): undefined symbol:? (\w+)")

LACKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("import", re.compile(r"cannot import name '[^'\n]+' from '([\w.]+)'")),
    ("attribute", re.compile(r"(?<!partially initialized )\bmodule '([\w.]+)' has no attribute '")),
    ("module", re.compile(r"No module named '(\w+(?:\.\w+)+)'(?!; )")),
    (
        "call",
        re.compile(
            r"([\w.<>]{1,200})\(\) (?:got an unexpected keyword argument|missing \d+ required (?:positional|keyword-only) arg)"
        ),
    ),
    ("call", re.compile(r"([\w.<>]{1,200})\(\) takes (?:from )?\d+ (?:to \d+ )?positional arguments? but \d+")),
)


class Demand(msgspec.Struct, frozen=True):
    """`who` asks for another version of `what`: the one that is there is too old or too new. As the words name them."""

    who: str
    what: str
    wrong: Wrong


class Lack(msgspec.Struct, frozen=True):
    """Something that is not there: `of` is a module, or for a call the function as it names itself, such as Class.method."""

    kind: Kind
    of: str


def demands(words: str) -> Iterator[Demand]:
    """The versions that are asked for, each with what is wrong with the one that is there."""
    for pattern in DEMANDS:
        for match in pattern.finditer(words):
            told = match.groupdict()
            who = WHO.search(words[max(0, match.start() - NEAR) : match.start()])
            wrong = _wrong(told.get("range") or "", told.get("than") or "", words[match.end() : match.end() + NEAR])
            if wrong:
                yield Demand(told.get("who") or (who[1] if who else ""), told["what"], wrong)


def _wrong(bounds: str, than: str, behind: str) -> Wrong | None:
    """What is wrong with the version that is there; None where it is one of those that are asked for."""
    if than:
        return "old" if re.fullmatch(MORE, than, re.IGNORECASE) else "new"
    found = FOUND.search(behind)
    try:
        each = [*SpecifierSet(re.sub(r"\s+and\s+", ",", bounds))]
        version = Version(found["version"]) if found else None
        unmet = [one for one in each if version is None or not one.contains(version, prereleases=True)]
        sides = {_side(one, version) for one in unmet}
    except (InvalidSpecifier, InvalidVersion):
        return "either"
    return (sides.pop() if len(sides) == 1 else "either") if sides else None


def _side(bound: Specifier, version: Version | None) -> Wrong:
    if bound.operator.startswith(">"):
        return "old"
    if bound.operator.startswith("<"):
        return "new"
    if version is None or bound.operator == "!=":
        return "either"
    return "old" if version < Version(bound.version.removesuffix(".*")) else "new"


def unfit(words: str) -> Iterator[str]:
    """The names of packages that say of each other that they were built for different ones."""
    for pattern in UNFIT:
        for match in pattern.finditer(words):
            yield from match.groups()


def compiled_for_another_numpy(words: str) -> bool:
    """Whether something was compiled against another major version of NumPy."""
    return COMPILED.search(words) is not None


def symbols(words: str) -> Iterator[tuple[str, str]]:
    """Each library that asks for a symbol which no other has, and the symbol."""
    for match in SYMBOL.finditer(words):
        yield match[1], match[2]


def lack(words: str) -> Lack | None:
    """What the error asks for and does not find; of several, what is told last: before it is what led there."""
    found = [(match.start(), Lack(kind, match[1])) for kind, pattern in LACKS for match in pattern.finditer(words)]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def alike(one: str, other: str, least: int = 6) -> bool:
    """Whether two names are the same but for case, or begin alike, for `least` letters: Accelerator, accelerate."""
    one, other = (re.sub(r"[-_.]+", "", name).lower() for name in (one, other))
    pairs = zip(one, other, strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return bool(one) and (one == other or shared >= max(least, min(len(one), len(other)) - 2))


def one_line(text: str, most: int = 300) -> str:
    """The first sentence of a text, without any path of this machine or address in it, so that it can be kept in a file."""
    text = re.sub(r"\b\w+://[^\s'\"]+", "…", " ".join(text[:LONGEST].split()))
    text = re.sub(r"(['\"])(/[^'\"/]+/[^'\"]*)\1", lambda match: f"{match[1]}{_inner(match[2])}{match[1]}", text)
    text = re.sub(r"(?<![\w.~…/])~?/[^\s'\",:;()/]+/[^\s'\",:;()]*", lambda match: _inner(match[0]), text)
    first = re.split(r"(?<=\w\w[.!?]) (?=[A-Z])", text, maxsplit=1)[0]
    first += ")" * (first.count("(") - first.count(")")) if first != text else ""
    return first if len(first) <= most else f"{first[: most - 1]}…"


LONGEST = 4000  # characters in which a sentence ends
SYSTEM = ("/dev/", "/proc/", "/sys/", "/etc/")  # the same on every machine


def _inner(path: str) -> str:
    """A path from its package on, or the last part of it."""
    if path.startswith(SYSTEM):
        return path
    inner = re.split(r"(?:site|dist)-packages/", path)
    return inner[-1] if len(inner) > 1 else path.rstrip("/").rpartition("/")[2]


ERROR = re.compile(
    r"^(?:[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning)(?:: .*)?$|(?:Fatal Python error|Timeout \().*)", re.MULTILINE
)


def error_line(words: str) -> str:
    """The line of an error's words that says which it is; empty where none does."""
    match = ERROR.search(words)
    return match[0] if match else ""
