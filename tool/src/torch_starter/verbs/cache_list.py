"""`cache list`: what is kept, where, how large, how old, how often it was of use, and what it costs to get it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report


def run(ask: Ask) -> Report:
    import msgspec

    from torch_starter.core.report import Report
    from torch_starter.core.units import human_size
    from torch_starter.verbs import _caches

    only = ask.texts("only")
    found = _caches.look(ask, only).cached
    unseen = [_caches.unseen(each) for each in found if each.problem]
    if only:
        found = [msgspec.structs.replace(each, opened=True) for each in found]
    words = f"{human_size(sum(each.size for each in found))} in {sum(each.files for each in found):,} files"
    return Report(command="cache list", findings=unseen, caches=found, conclusion=words)


VERB = Verb(
    name="cache list",
    summary="What is kept, where, how large, how old, and what it costs to get it back.",
    example="./dev.sh cache list",
    run=run,
    options=(Option("only", "Look at these caches alone, and name their parts.", "texts", "NAME"),),
)
