"""Old words of dev containers."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.container_files import ContainerFiles
from torch_starter.core.kinds import Rule
from torch_starter.core.sight import Sight
from torch_starter.rules._sights import stale, well
from torch_starter.rules.gpu import dev_containers


def moved(files: ContainerFiles) -> Iterator[Sight]:
    for each in dev_containers(files):
        found = each.all("of-editor")
        for setting in found:
            yield stale(
                setting.place,
                f'"{setting.value}" on top is from before dev containers had a specification, which does not know it',
                "what an editor reads under its own name",
                f'write "customizations": {{"vscode": {{"{setting.value}": …}}}}',
            )
        if not found:
            yield well(each.place)


RULES = (
    Rule(
        "files.devcontainer-words",
        "a dev container names what is for an editor under customizations",
        "`extensions` and `settings` stood on top while there was one editor. Under customizations.vscode they are found by "
        "everything that reads the specification.",
        moved,
        "dev containers",
        "extensions, settings and devPort on top of devcontainer.json.",
        "Write them into customizations.vscode.",
        "The specification of dev containers: supporting tools; the source of its command line (configuration.ts)",
    ),
)
