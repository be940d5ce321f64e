"""Commands that repeat a run by hand, as it was measured, without the profile and with it: two small shell scripts."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from torch_starter.core.tuning import Value
from torch_starter.core.veil import veil
from torch_starter.verbs._trials import Length, Trials, merged, with_site

SCRIPT = """\
#!/bin/sh
# One run of the command as it was measured {how} the profile: {steps} steps, then it ends; nothing that it writes stays.
# A secret among the words or variables is not kept: put it where ... stands.
#     time sh {path}
set -e
near=$(mktemp -d /tmp/ts-XXXXXX)
trap 'rm -rf "$near"' EXIT
cat > "$near/request.json" <<'END'
{request}
END
cd {folder}
env {variables} \\
    TMPDIR="$near" TORCH_STARTER_TRIAL="$near/request.json" \\
    {command}
"""


def write(trials: Trials, folder: Path, name: str, values: Sequence[Value], length: Length) -> str:
    """Write the script, and answer with the command that runs it."""
    path = folder / f"{name}.sh"
    request = {**length.request(), "turns": merged(values), "seed": 0, "losses": 0, "through": trials.through()}
    text = SCRIPT.format(
        how="with" if values else "without",
        steps=length.warm + length.steps,
        path=shlex.quote(str(path)),
        request=json.dumps(request),
        folder=shlex.quote(str(trials.job.folder)),
        variables=" \\\n    ".join(differences(trials.ask.machine.variables, with_site(trials.variables(values)))),
        command=shlex.join(trials.job.argv),
    )
    trials.ask.machine.files.write(path, veil(trials.ask.machine.variables).text(text))
    return f"sh {shlex.quote(str(path))}"


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Words of `env` that make one set of variables of another."""
    gone = [f"-u {name}" for name in before if name not in after]
    return [*gone, *(f"{name}={shlex.quote(value)}" for name, value in sorted(after.items()) if before.get(name) != value)]
