"""What torch.compile did in this process, by what it counts itself."""

from __future__ import annotations

import re
import sys
from typing import Any, Dict, List, Optional

LINE = re.compile(r'File "([^"]+)", line (\d+)')
MOST = 20
LONG = 300  # signs of a reason


def frames() -> int:
    """How many functions were compiled by now; asks nothing where torch.compile was not used."""
    return len(metrics())


def metrics() -> List[Any]:
    """What it told of each function that it compiled, a dictionary for each."""
    utils = sys.modules.get("torch._dynamo.utils")
    try:
        return [vars(each) for each in utils.get_compilation_metrics()] if utils is not None else []
    except (AttributeError, RuntimeError, TypeError):  # it is not a part of torch that others may rely on
        return []


def told(warm: int) -> Dict[str, Any]:
    """core/profile.Compiled; what comes after the first `warm` functions came in steps that should have been steady."""
    found = metrics()
    spent = [float(each.get("entire_frame_compile_time_s") or 0.0) for each in found]
    again = [each for each in found if each.get("recompile_reason")]
    return {
        "seconds": sum(spent),
        "steady_seconds": sum(spent[warm:]),
        "frames": len(found),
        "again": counted([(place_of(each), str(each["recompile_reason"])) for each in again]),
        "breaks": breaks(),
    }


def place_of(metric: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """Where the function is that was compiled."""
    file, line = metric.get("co_filename"), metric.get("co_firstlineno")
    return {"file": str(file), "line": int(line)} if file and line else None


def breaks() -> List[Dict[str, Any]]:
    """Where graphs end before their function does."""
    utils = sys.modules.get("torch._dynamo.utils")
    counters = getattr(utils, "counters", {})
    found = []
    for why, count in list(counters.get("graph_break", {}).items())[:MOST]:
        lines = LINE.findall(str(why))
        place = {"file": lines[-1][0], "line": int(lines[-1][1])} if lines else None
        found.append({"place": place, "count": count, "why": str(why).strip().splitlines()[0][:LONG]})
    return found


def counted(reasons: List[Any]) -> List[Dict[str, Any]]:
    """The same place once, with its last reason."""
    found: Dict[Any, Dict[str, Any]] = {}
    for place, why in reasons:
        key = (place["file"], place["line"]) if place else None
        row = found.setdefault(key, {"place": place, "count": 0, "why": ""})
        row["count"] += 1
        row["why"] = " ".join(why.split())[:LONG]
    return sorted(found.values(), key=lambda row: -row["count"])[:MOST]
