"""The packages that a project asks for: names and ranges in `pyproject.toml`."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from torch_starter.core.problems import WrongSpec, WrongUsage

NAME = "pyproject.toml"


@dataclass(frozen=True)
class Requirements:
    """Direct dependencies: the core ones, and those of each extra."""

    core: tuple[Requirement, ...]
    extras: dict[str, tuple[Requirement, ...]]

    def direct(self, extras: Iterable[str], markers: Mapping[str, str] | None = None) -> dict[str, Requirement]:
        """Normalised name -> requirement, of the core and those of the given extras that are still there.

        With `markers`, the variables of PEP 508, without what is not asked for there.
        """
        asked = [*self.core, *(requirement for extra in extras for requirement in self.extras.get(extra, ()))]
        return {canonicalize_name(each.name): each for each in asked if markers is None or applies(each, markers)}

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


def applies(requirement: Requirement, markers: Mapping[str, str]) -> bool:
    """Whether it is asked for where the variables of PEP 508 have these values."""
    return requirement.marker is None or requirement.marker.evaluate({**markers, "extra": ""})


def here(python: str) -> dict[str, str]:
    """The variables of PEP 508 of this machine with a CPython of that version; of 3.12 it is the newest that may be."""
    parts = python.split(".")
    full = python if len(parts) > 2 else f"{python}.99"
    own = {"python_version": ".".join(parts[:2]), "python_full_version": full, "implementation_version": full}
    named = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    return {**{key: str(value) for key, value in default_environment().items()}, **own, **named}


def parse(text: str | None) -> Requirements:
    """The requirements in a `pyproject.toml`; raises WrongSpec."""
    if text is None:
        raise WrongSpec("pyproject.missing", f"there is no {NAME}", f"git checkout -- {NAME}")
    try:
        project = tomllib.loads(text)["project"]
        given = project.get("optional-dependencies", {})
        extras = {name: tuple(Requirement(line) for line in lines) for name, lines in given.items()}
        own = canonicalize_name(project.get("name", ""))
        whole = {name: tuple(expanded(extras, own, name)) for name in extras}
        return Requirements(tuple(Requirement(line) for line in project.get("dependencies", [])), whole)
    except (ValueError, RecursionError, KeyError, AttributeError, TypeError) as error:  # no TOML, or another shape than it should
        raise WrongSpec("pyproject.syntax", f"{NAME}: {error}", f"mend that place in {NAME}") from error


def expanded(extras: Mapping[str, tuple[Requirement, ...]], own: str, name: str, *above: str) -> Iterator[Requirement]:
    """What an extra asks for, with that of the other extras of the project itself that it names, as in `all = ["mine[dev]"]`."""
    for each in extras.get(name, ()):
        if canonicalize_name(each.name) != own:
            yield each
            continue
        for other in sorted(each.extras - {name, *above}):
            yield from expanded(extras, own, other, name, *above)
