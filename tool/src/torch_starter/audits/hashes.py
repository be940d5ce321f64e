"""Requirements without hashes: what is installed then is whatever the index gives on that day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SIGNS = re.compile(r"(^|\s)#.*$")
PINNED = re.compile(r"^[A-Za-z0-9][\w.-]*(\[[^\]]*\])?\s*===?\s*[^*\s;,]+\s*(;.*)?$")
ADDRESS = re.compile(r"^(?:[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?\s*@\s*)?(?P<address>(?:[a-z+]+://|git\+|file:|\.{0,2}/)\S*)")
ARCHIVE_HASH = re.compile(r"#(?:.*&)?sha(?:256|384|512)=[0-9a-f]{64,}")
COMMIT = re.compile(r"@[0-9a-f]{40}(?:[0-9a-f]{24})?(?:#|$)")
FOLLOWED = re.compile(
    r"(?:-r|--requirement)(?:\s*=\s*|\s+|(?<=-r))(?P<file>\S.*)"
)  # not -c: what that names is not installed by it
COMPILE = "uv pip compile --generate-hashes FILE -o FILE"


@dataclass(frozen=True)
class Unhashed:
    """A requirement that may be another file tomorrow, with its line."""

    line: int
    seen: str
    remedy: str


def unhashed(text: str) -> tuple[int, list[Unhashed]]:
    """How many requirements a file has, and those that name no file by its hash."""
    found: list[Unhashed] = []
    count = 0
    for line, words in requirements(text):
        if words.startswith("-") and not words.startswith(("-e", "--editable")):
            continue
        count += 1
        if why := judged(words):
            found.append(Unhashed(line, why[0], why[1]))
    return count, found


def followed(text: str) -> Iterator[tuple[int, str]]:
    """The files whose requirements count as those of this one, as they are written, with their lines."""
    for line, words in requirements(text):
        if found := FOLLOWED.fullmatch(words):
            yield line, found["file"].strip("\"'")


def requirements(text: str) -> Iterator[tuple[int, str]]:
    """Each requirement or option with its line; lines that end in \\ are put together, comments are left out."""
    start, waiting = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        plain = SIGNS.sub("", line).rstrip()
        start, waiting = start or number, waiting + plain.removesuffix("\\") + " "
        if plain.endswith("\\"):
            continue
        if waiting.strip():
            yield start, waiting.strip()
        start, waiting = 0, ""


def judged(words: str) -> tuple[str, str] | None:
    """What is wrong with one requirement, and what mends it."""
    requirement = words.split(" --hash", 1)[0].strip()
    hashed = "--hash=" in words or "--hash " in words
    editable = re.match(r"(?:-e|--editable)[\s=]+(.*)", requirement)
    target = editable[1].strip() if editable else requirement
    found = ADDRESS.match(target)
    if found and found["address"].startswith("git+"):
        return None if COMMIT.search(found["address"]) else (f"{shown(target)} names no commit", "name one: @0123abcd...")
    if found and re.match(r"https?://", found["address"]):
        fixed = hashed or ARCHIVE_HASH.search(target)
        return None if fixed else (f"{shown(target)} has no hash", "add #sha256=... to the address")
    if editable or found:
        return None  # a folder or file of this machine: its own
    if not PINNED.match(requirement):
        return f"{shown(requirement)} names no version", COMPILE
    return None if hashed else (f"{shown(requirement)} has no hash", COMPILE)


def shown(requirement: str) -> str:
    """A requirement without what stands before the @ of an address, and without a query."""
    return re.sub(r"(?<=://)[^/@\s]*@", "...@", requirement).partition("?")[0][:80]
