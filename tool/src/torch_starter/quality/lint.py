"""ruff: mistakes that can be seen without running, and one form for all files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from torch_starter.core.facts import Unknown
from torch_starter.core.quality import Code, Quality, Tool
from torch_starter.core.report import Finding
from torch_starter.quality._places import place, with_files

RUFF = Tool("ruff", extra="dev", about="lints and formats", source="The manual of ruff")
SYNTAX = (None, "invalid-syntax")  # by which ruff calls what is no Python
CANNOT_READ = 2
TITLES = {"lint.rules": "ruff's rules", "lint.format": "one form for all files"}


def look(code: Code) -> Iterator[Finding]:
    """The rules, then the form; with `fix` what ruff can mend safely is mended before."""
    paths = with_files(code, ".py", ".pyi", ".ipynb")
    if code.fix:
        asked(code, paths, "check", "--fix", "--quiet", "--exit-zero")
        asked(code, paths, "format", "--quiet", may_fail=True)
    rows = asked(code, paths, "check", "--output-format", "json")
    yield from told(code, "lint.rules", rows)
    if any(row.get("code") in SYNTAX for row in rows):
        yield Finding(id="lint.format", verdict="skip", title=TITLES["lint.format"], seen="see lint.rules: not all can be read")
    else:
        yield from told(code, "lint.format", asked(code, paths, "format", "--check", "--output-format", "json"))


def asked(code: Code, paths: Sequence[str], *words: str, may_fail: bool = False) -> list[dict[str, Any]]:
    """What ruff says, as JSON has it; raises Unknown where it could not look."""
    done = code.run([*code.find(RUFF), words[0], "--force-exclude", *words[1:], "--", *paths])
    if done.code == CANNOT_READ and may_fail:  # the rules tell which file
        return []
    if done.code not in (0, 1):
        raise Unknown(f"ruff {words[0]} ended with {done.code}: {done.err.strip()[-300:]}")
    if "json" not in words:
        return []
    try:
        found: list[dict[str, Any]] = json.loads(done.out or "[]")
    except ValueError as error:
        raise Unknown(f"what ruff {words[0]} said cannot be read: {error}") from None
    return found


def told(code: Code, id: str, rows: list[dict[str, Any]]) -> Iterator[Finding]:
    """A finding for each place, or one that says that there is none."""
    for row in rows:
        fix = row.get("fix") or {}
        mendable = id == "lint.format" or (fix.get("applicability") == "safe" and row.get("code") not in SYNTAX)
        cell = f"cell {row['cell']}, " if row.get("cell") else ""
        yield Finding(
            id=id,
            verdict="fail",
            title=TITLES[id],
            seen=f"{cell}{words(row)}" if id == "lint.rules" else "not formatted",
            remedy="./dev.sh lint --fix" if mendable else "",
            place=place(code.root, row["filename"], (row.get("location") or {}).get("row") if id == "lint.rules" else None),
            fixable=mendable,
        )
    if not rows:
        yield Finding(id=id, verdict="ok", title=TITLES[id], seen="no rule broken" if id == "lint.rules" else "all formatted")


def words(row: dict[str, Any]) -> str:
    """A rule's name and what it says."""
    return f"{row.get('code') or 'syntax'} {row['message']}"


QUALITY = Quality(
    name="lint",
    title="mistakes that can be seen without running",
    about="ruff's rules and its form, in Python files and notebooks.",
    look=look,
    mend="--fix mends what ruff mends safely; the rest by hand. What is right as it is: `# noqa: RULE` at the line.",
    source="The manual of ruff; its settings are in pyproject.toml, [tool.ruff]",
    tools=(RUFF,),
    command="lint",
    fixes=True,
)
