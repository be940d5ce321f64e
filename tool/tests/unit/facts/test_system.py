"""Whether this is a container, by the tool and by its door: what is kept is in a folder that is called after it."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import pytest

from shape.source import ROOT
from torch_starter.core.project import platform_name
from torch_starter.facts.system import in_container

SIGHTS: list[tuple[dict[str, str], dict[str, str], bool]] = [
    ({}, {}, False),
    ({".dockerenv": ""}, {}, True),
    ({"run/.containerenv": ""}, {}, True),
    ({"run/systemd/container": "lxc\n"}, {}, True),
    ({"run/systemd/container": "wsl\n"}, {}, False),
    ({}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, True),
    ({}, {"APPTAINER_CONTAINER": "/a.sif"}, True),
    ({}, {"SINGULARITY_CONTAINER": "/a.sif"}, True),
    ({}, {"KUBERNETES_SERVICE_HOST": ""}, False),
]


def by_the_door(root: Path, variables: dict[str, str]) -> str:
    """The name of the platform by the lines of dev.sh that find it, which look below another root."""
    text = (ROOT / "dev.sh").read_text()
    lines = text[text.index("platform=$(uname") : text.index("state=$root")]
    for path in ("/.dockerenv", "/run/"):
        lines = lines.replace(path, f"{root}{path}")
    env = {"PATH": os.environ["PATH"], **variables}
    done = subprocess.run(["sh", "-euc", lines + 'printf %s "$platform"'], env=env, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(("files", "variables", "contained"), SIGHTS)
def test_a_container_is_known_alike_by_the_tool_and_by_the_door(
    tmp_path: Path, files: dict[str, str], variables: dict[str, str], contained: bool
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert in_container(variables, tmp_path) == contained
    release = Path("/etc/os-release")
    name = platform_name(release.read_text() if release.exists() else None, contained)
    assert by_the_door(tmp_path, variables) == name
    assert platform.machine() in name
