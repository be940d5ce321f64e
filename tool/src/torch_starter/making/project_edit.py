"""Adding a package to `pyproject.toml` and removing one, all else there as it was written."""

from __future__ import annotations

import difflib
import re

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from torch_starter.core import requirements
from torch_starter.core.problems import WrongUsage
from torch_starter.making import project_lists, toml_array

EXTRA = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
CALENDAR = 1000  # a release that begins with so much begins with a year


def add(text: str, requirement: str, extra: str | None) -> str:
    """With one more package at the end of its list, or another range where it is there already.

    An extra that is not there is made. Raises WrongUsage, and WrongSpec where the text is no pyproject.toml or cannot be edited.
    """
    wanted = parsed(requirement)
    known = requirements.parse(text)
    key = extra_key(known, extra)
    if key is not None and key not in known.extras:
        return project_lists.with_extra(text, key, requirement.strip())
    listed = known.core if key is None else known.extras[key]
    index = place(listed, wanted)
    if index is not None and not wanted.specifier:
        there = project_lists.lines(text, key)[index]
        raise WrongUsage(
            "add.present",
            f"{requirements.NAME} asks for it already: {there}",
            f"give the range that it should have: {wanted.name}>=…",
        )
    raw = project_lists.array(text, key)
    if index is not None:
        return project_lists.with_array(text, key, toml_array.replaced(raw, index, requirement.strip()))
    return project_lists.with_array(text, key, toml_array.added(raw, requirement.strip(), project_lists.indent(text)))


def remove(text: str, name: str, extra: str | None) -> str:
    """Without a package; an extra that it leaves empty stays, since the spec may name it. Raises WrongUsage and WrongSpec."""
    gone = normalised(parsed(name))
    known = requirements.parse(text)
    key = extra_key(known, extra)
    if key is not None:
        known.known_extras((key,))
    names = [normalised(each) for each in (known.core if key is None else known.extras[key])]
    if gone not in names:
        where = "the core" if key is None else f"the extra {key}"
        raise WrongUsage(
            "remove.absent",
            f"{requirements.NAME} does not ask for {gone} in {where}",
            elsewhere(known, gone) or nearest(names, gone),
        )
    raw = project_lists.array(text, key)
    for index in reversed(range(len(names))):
        if names[index] == gone:
            raw = toml_array.removed(raw, index)
    return project_lists.with_array(text, key, raw)


def bounded(requirement: str, version: str) -> str:
    """A requirement with the range that this project gives: from the minor release that was found, up to the next major one.

    One that has a range keeps it. A release that is named after its year has no upper bound.
    """
    wanted, found = parsed(requirement), Version(version)
    if wanted.specifier:
        return requirement.strip()
    major, minor = found.major, found.minor
    epoch = f"{found.epoch}!" if found.epoch else ""
    # the range of a release alone would not let in what comes before it
    low = found.public if found.is_prerelease else f"{epoch}{major}.{minor}"
    high = "" if major >= CALENDAR else f",<{epoch}{major + 1}.0"
    extras = f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else ""
    _, semicolon, marker = requirement.strip().partition(";")
    return f"{wanted.name}{extras}>={low}{high}{semicolon}{marker}"


def parsed(requirement: str) -> Requirement:
    """A requirement of the command line; raises WrongUsage for what is none, and for an address, which no lock can hold."""
    if "://" in requirement:
        raise WrongUsage("requirement.address", "a package is asked for by name, not by address", "give its name, such as einops")
    try:
        wanted = Requirement(requirement.strip())
    except InvalidRequirement as error:
        raise WrongUsage(
            "requirement.syntax", f"{requirement!r} is not a requirement", "write a name and perhaps a range: 'einops>=0.8,<1.0'"
        ) from error
    if wanted.url:
        raise WrongUsage("requirement.address", "a package is asked for by name, not by address", f"give its name: {wanted.name}")
    return wanted


def normalised(requirement: Requirement) -> str:
    """The name as it is compared."""
    return canonicalize_name(requirement.name)


def place(listed: tuple[Requirement, ...], wanted: Requirement) -> int | None:
    """Which of a list is the one that is asked for; of several of that name the one of the same marker. Raises WrongUsage."""
    same = [index for index, each in enumerate(listed) if normalised(each) == normalised(wanted)]
    if len(same) > 1:
        same = [index for index in same if str(listed[index].marker) == str(wanted.marker)]
        if len(same) != 1:
            raise WrongUsage(
                "add.several", f"{requirements.NAME} has several lines for {wanted.name}", f"edit them in {requirements.NAME}"
            )
    return same[0] if same else None


def extra_key(known: requirements.Requirements, extra: str | None) -> str | None:
    """The extra as it is written in the file; raises WrongUsage for what can be none."""
    if extra is not None and not EXTRA.fullmatch(extra):
        raise WrongUsage("extra.syntax", f"{extra!r} cannot be the name of an extra", "use letters, digits and -")
    written = {canonicalize_name(each): each for each in known.extras}
    return None if extra is None else written.get(canonicalize_name(extra), extra)


def elsewhere(known: requirements.Requirements, name: str) -> str:
    """In which other list a package is; empty where it is in none."""
    if name in known.direct(()):
        return "it is in the core: leave --extra out"
    extras = [extra for extra in known.extras if name in known.direct((extra,))]
    if not extras:
        return ""
    return f"it is in the extra{'s' if len(extras) > 1 else ''} {' and '.join(extras)}: add --extra {extras[0]}"


def nearest(names: list[str], name: str) -> str:
    """What may have been meant."""
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"use one of: {', '.join(names) or '(none)'}"
