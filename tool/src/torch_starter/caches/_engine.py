"""What a container engine says that it keeps. Sizes and times come in words for people, and are as exact as these."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import datetime

import msgspec

from torch_starter.core.facts import Absent, Unknown
from torch_starter.core.lookout import Lookout

ASK = ("docker", "system", "df", "--verbose", "--format", "json")
SECONDS = 60.0  # it adds up all layers of all images
STEPS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
SIZE = re.compile(r"([0-9.]+)\s*([KMGT]?B)")
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000, "year": 31536000}
CLOCK = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)? ([+-][0-9]{4})")
AGO = re.compile(r"(\d+|an?|about an?|less than a)\s+(\w+?)s? ago", re.IGNORECASE)


class Kept(msgspec.Struct, frozen=True):
    """The records of volumes and of the cache of builds, all values as text."""

    volumes: tuple[Mapping[str, str], ...] = msgspec.field(name="Volumes", default=())
    builds: tuple[Mapping[str, str], ...] = msgspec.field(name="BuildCache", default=())


def kept(lookout: Lookout) -> Kept:
    """What the engine keeps; raises Absent where there is none, Unknown where it answers something else."""
    if lookout.project.image:
        raise Absent("this is the container: its engine is outside")
    done = lookout.machine.processes.run(ASK, env=dict(lookout.variables), timeout=SECONDS)
    if done.timed_out:
        raise Unknown(f"the container engine did not answer within {SECONDS:.0f} s")
    if not done.ok:
        raise Absent("there is no container engine that answers")
    try:
        return msgspec.json.decode(done.out or "{}", type=Kept, strict=False)
    except msgspec.MsgspecError as error:
        raise Unknown(f"docker system df does not say what is needed: {error}") from error


def size(text: str) -> int:
    """Bytes of "1.05MB"; 0 for what is none."""
    found = SIZE.match(text.upper())
    return int(float(found[1]) * STEPS[found[2]]) if found and found[1].count(".") < 2 and found[1] != "." else 0


def when(record: Mapping[str, str], what: str) -> float:
    """When something of a record was, such as LastUsed: by its clock, or as long ago as it says. 0 where neither is told."""
    found = CLOCK.match(record.get(f"{what}At", ""))
    if not found:
        return moment(record.get(f"{what}Since", ""))
    return datetime.strptime(f"{found[1]} {found[2]}", "%Y-%m-%d %H:%M:%S %z").timestamp()


def moment(text: str) -> float:
    """When "3 days ago" was, in seconds since 1970; 0 where that is not told."""
    found = AGO.search(text)
    if not found or found[2] not in UNITS:
        return 0.0
    return time.time() - (int(found[1]) if found[1].isdigit() else 1) * UNITS[found[2]]
