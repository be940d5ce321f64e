"""The packages that a project asks for: names and ranges in `pyproject.toml`."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from torch_starter.core.problems import WrongSpec, WrongUsage

NAME = "pyproject.toml"


@dataclass(frozen=True)
class Requirements:
    """Direct dependencies: the core ones, and those of each extra."""

    core: tuple[Requirement, ...]
    extras: dict[str, tuple[Requirement, ...]]

    def direct(self, extras: Iterable[str]) -> dict[str, Requirement]:
        """Normalised name -> requirement, of the core and those of the given extras that are still there."""
        asked = [*self.core, *(requirement for extra in extras for requirement in self.extras.get(extra, ()))]
        return {canonicalize_name(requirement.name): requirement for requirement in asked}

    def extra_of(self, extras: Iterable[str]) -> dict[str, str]:
        """Normalised name -> the extra that asks for it, of what the core does not ask for."""
        core = self.direct(())
        return {name: extra for extra in extras for name in self.direct((extra,)) if name not in core}

    def known_extras(self, extras: Iterable[str]) -> tuple[str, ...]:
        """The extras in order, each once; raises WrongUsage for one that is not there."""
        for extra in extras:
            if extra not in self.extras:
                near = difflib.get_close_matches(extra, self.extras, n=1)
                known = ", ".join(self.extras)
                raise WrongUsage(
                    "extra.unknown",
                    f"{NAME} has no extra {extra!r}",
                    f"use --extra {near[0]}" if near else f"use one of: {known}",
                )
        return tuple(dict.fromkeys(extras))


def parse(text: str | None) -> Requirements:
    """The requirements in a `pyproject.toml`; raises WrongSpec."""
    if text is None:
        raise WrongSpec("pyproject.missing", f"there is no {NAME}", f"git checkout -- {NAME}")
    try:
        project = tomllib.loads(text)["project"]
        extras = project.get("optional-dependencies", {})
        return Requirements(
            tuple(Requirement(line) for line in project.get("dependencies", [])),
            {name: tuple(Requirement(line) for line in lines) for name, lines in extras.items()},
        )
    except (ValueError, RecursionError, KeyError, AttributeError, TypeError) as error:  # no TOML, or another shape than it should
        raise WrongSpec("pyproject.syntax", f"{NAME}: {error}", f"mend that place in {NAME}") from error
