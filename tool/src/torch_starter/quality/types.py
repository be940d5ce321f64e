"""mypy: what does not fit together, by its types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from torch_starter.core.facts import Unknown
from torch_starter.core.quality import Code, Quality, Tool
from torch_starter.core.report import Finding
from torch_starter.quality._places import place, with_files

MYPY = Tool("mypy", extra="dev", about="checks types", source="The manual of mypy")
CANNOT_READ = 2
SYNTAX = re.compile(r"^(?P<file>[^\n:]+):(?P<line>\d+):(?:\d+:)? error: (?P<what>.*)  ?\[syntax\]", re.MULTILINE)
ID, TITLE = "types.mypy", "types fit together"


def look(code: Code) -> Iterator[Finding]:
    """Each error, with the name by which it is silenced and what mypy says to explain it."""
    paths = with_files(code, ".py")
    options = ("--output", "json", "--no-error-summary", "--hide-error-context", "--show-error-codes")
    done = code.run([*code.find(MYPY), *options, "--", *paths])
    if done.code == CANNOT_READ and (places := list(unreadable(f"{done.out}\n{done.err}"))):
        for file, line, what in places:
            seen = f"{what}: nothing else is looked at before it can be read"
            yield Finding(id=ID, verdict="fail", title=TITLE, seen=seen, place=place(code.root, file, line))
        return
    if done.code not in (0, 1):
        raise Unknown(f"mypy ended with {done.code}: {(done.err or done.out).strip()[-300:]}")
    errors = [row for row in map(read, filter(str.strip, done.out.splitlines())) if row["severity"] == "error"]
    for row in errors:
        hint = f" ({row['hint'].strip()})" if row.get("hint") else ""
        seen = f"{row['message']}{hint} [{row['code']}]"
        yield Finding(id=ID, verdict="fail", title=TITLE, seen=seen, place=place(code.root, row["file"], row["line"]))
    if not errors:
        yield Finding(id=ID, verdict="ok", title=TITLE, seen=f"no error in {', '.join(paths)}")


def unreadable(text: str) -> Iterator[tuple[str, int, str]]:
    """File, line and words of each place that is no Python: as JSON, or as older versions of mypy write it."""
    for found in SYNTAX.finditer(text):
        yield found["file"], int(found["line"]), found["what"].strip()
    for line in text.splitlines():
        if line.startswith("{") and (row := read(line)).get("code") == "syntax":
            yield row["file"], row["line"], row["message"]


def read(line: str) -> dict[str, Any]:
    """One line of mypy's; raises Unknown."""
    try:
        row: dict[str, Any] = json.loads(line)
    except ValueError:
        raise Unknown(f"what mypy said cannot be read: {line[:200]}") from None
    return row


QUALITY = Quality(
    name="types",
    title="what does not fit together, by its types",
    about="mypy, in Python files; notebooks are not looked at.",
    look=look,
    mend="By hand. What is right as it is: `# type: ignore[name]` at the line.",
    source="The manual of mypy; its settings are in pyproject.toml, [tool.mypy]",
    tools=(MYPY,),
    command="types",
)
