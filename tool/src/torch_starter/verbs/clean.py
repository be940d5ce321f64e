"""`clean`: frees space, says what it would cost to get back, and changes nothing without --yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch_starter.core.kinds import Option, Verb

if TYPE_CHECKING:
    from torch_starter.cleaning.doing import Outcome
    from torch_starter.cleaning.plan import Fate
    from torch_starter.core.ask import Ask
    from torch_starter.core.report import Report
    from torch_starter.verbs._caches import Look


def run(ask: Ask) -> Report:
    from torch_starter.cleaning.wishes import wishes
    from torch_starter.verbs import _caches, _cleaning, _settle

    wish = wishes(ask.text("older-than"), ask.text("keep"), ask.texts("only"))
    names = list(dict.fromkeys(name.partition("/")[0] for name in wish.only))
    really = ask.flag("yes") and not ask.flag("dry-run")
    _caches.asked_for(names)
    if not really:
        look = _caches.look(ask, names)
        _cleaning.refuse_unknown(look, wish)
        return told(ask, look, _cleaning.fates(look, wish), None)
    with _settle.held(ask):  # a set-up makes environments, and takes from caches
        look = _caches.look(ask, names)
        _cleaning.refuse_unknown(look, wish)
        fates = _cleaning.fates(look, wish)
        before = _cleaning.free_bytes(look)
        outcome = _cleaning.clean(ask, look, [each.part for each in fates if each.goes])
        return told(ask, look, fates, outcome, before)


def told(ask: Ask, look: Look, fates: list[Fate], outcome: Outcome | None, before: dict[int, int] | None = None) -> Report:
    """The answer; without an outcome, of what would be done."""
    from torch_starter.core.report import Report
    from torch_starter.verbs import _caches, _cleaning

    caches = _cleaning.with_fates(look, fates, outcome)
    going = [each.part for each in fates if each.goes]
    frees = _caches.frees(look.lookout, going)
    measured = _cleaning.measurements(frees, outcome, before or {}, _cleaning.free_bytes(look) if outcome else {})
    unseen = [_caches.unseen(each) for each in look.cached if each.problem]
    return Report(
        command="clean",
        findings=[*_cleaning.findings(fates, outcome), *unseen],
        measurements=measured,
        changes=_cleaning.changes(caches, done=outcome is not None),
        caches=caches,
        notes=_cleaning.notes(going, outcome),
        conclusion=_cleaning.conclusion(frees, outcome, measured),
    )


VERB = Verb(
    name="clean",
    summary="Free space: what is cached, old environments, left-overs. Changes nothing without --yes.",
    example="./dev.sh clean --older-than 30d",
    run=run,
    changes=True,
    options=(
        Option("yes", "Do it. Without this it is only said what would be done.", "flag"),
        Option("older-than", "Only what was not used for so long: 7d, 12h, 2w.", "text", "TIME"),
        Option("keep", "The least recently used go first, until so much is left: 20GB.", "text", "SIZE"),
        Option("only", "Of these caches alone, or parts of them such as uv/torch; see cache list.", "texts", "NAME"),
    ),
)
