"""What `optimize` found, for people: what binds, what was left out, the profile, what it gains, and how to have it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from torch_starter.core.proof import Edit, Proof, Tried
from torch_starter.show._fit import cut, wrapped
from torch_starter.show._proof_words import (
    BOUNDS,
    CLASSES,
    again,
    asked,
    exports,
    factor,
    figure,
    interval,
    named,
    outcome,
    patches,
    provable,
    proven,
    share,
    sorted_tried,
    span,
    steps,
    unproven,
    wins,
)
from torch_starter.show._words import plain, quantity
from torch_starter.show.benchmarks import bar, safe

LEAST_SHARE = 0.02  # of a step: what binds less is not told
MOST_BOUNDS, MOST_TRIED, MOST_EDITS, MOST_MEMBERS = 4, 8, 4, 8
WIDEST = 30  # of a name in a table
ALL = "--html FILE"  # has what is left out
STYLES = {"failed": "red", "drifts": "red", "not in effect": "yellow"}


def show(proof: Proof, out: Console) -> None:
    """Print a proof: rows of tables are cut where there is no room, lines to be copied never."""
    for line in [*bounds(proof, out), *left_out(proof, out), *profile(proof), *gain(proof), *edits(proof, out)]:
        out.print(cut(safe(line, out), out))
    for line in commands(proof):
        out.print(safe(line, out), soft_wrap=True)


def heading(words: str, more: str = "") -> Iterator[Text]:
    """An empty line, and what the next ones are of."""
    yield Text()
    yield Text.assemble((words, "bold"), (f"  {more}" if more else "", "dim"))


def bounds(proof: Proof, out: Console) -> Iterator[Text]:
    """Shares of a step as bars."""
    told = [(name, part) for name, part in proof.bounds.items() if part >= LEAST_SHARE][:MOST_BOUNDS]
    yield Text.assemble(("what binds", "bold"), (f"  a step takes {steps(proof)[0]}" if steps(proof)[0] else "", "dim"))
    width = max((len(BOUNDS.get(name, name)) for name, _ in told), default=0)
    for name, part in told:
        yield Text.assemble(f"  {BOUNDS.get(name, name):<{width}}  ", bar(part, out), f"  {100 * part:3.0f} %")
    yield Text(f"  {provable(proof)}", style="dim")
    if proof.load >= LEAST_SHARE:
        yield Text(f"  others used {share(proof.load)} of the machine meanwhile", style="dim")


def left_out(proof: Proof, out: Console) -> Iterator[Text]:
    """What was tried and is not in the profile, each with its figure; what was not is counted."""
    every = [each for each in sorted_tried(proof.tried) if each.outcome != "kept"]
    told = [each for each in every if each.outcome not in ("not tried", "suggested")]
    asked_for = [each for each in every if each.outcome == "suggested" or (each.outcome == "not tried" and "--allow" in each.why)]
    if told:
        yield from heading("left out", "how many times as fast it was, and in how many of its pairs")
        width = min(WIDEST, max(len(named(each.setting, each.label)) for each in told[:MOST_TRIED]))
        yield from (row(each, width) for each in told[:MOST_TRIED])
    more = [
        f"{len(told) - MOST_TRIED} more" if len(told) > MOST_TRIED else "",
        f"{len(every) - len(told) - len(asked_for)} were not tried" if len(every) > len(told) + len(asked_for) else "",
    ]
    if any(more):
        yield Text(f"  and {', '.join(each for each in more if each)}: {ALL}", style="dim")
    yield from suggested(proof, asked_for, out)


def row(tried: Tried, width: int) -> Text:
    """A value of a setting that was tried: how many times as fast it was, in how many runs, and why it is left out."""
    value = figure(tried)
    found = Text(f"  {plain(named(tried.setting, tried.label)):<{width}}  ")
    found.append(f"{factor(value) if value is not None else '':>5}  {wins(tried.ratios):>7}  ")
    found.append(outcome(tried), style=STYLES.get(tried.outcome, ""))
    if tried.why and not (tried.outcome == "slower" and tried.ratios):
        found.append(f": {' '.join(plain(tried.why).split())}", style="dim")
    return found


def suggested(proof: Proof, tried: Sequence[Tried], out: Console) -> Iterator[Text]:
    """What is for the user to decide."""
    texts = [f"{named(each.setting, each.label)}: {each.why}" if each.why else named(each.setting, each.label) for each in tried]
    texts += [edit.text for edit in proof.suggestions if not any(edit.text == each.why for each in tried)]
    if texts:
        yield from heading("for you to decide")
        yield from listed([" ".join(plain(text).split()) for text in texts], out)


def listed(texts: Sequence[str], out: Console) -> Iterator[Text]:
    """The first of them, and how many there are more."""
    for text in texts[:MOST_EDITS]:
        yield from wrapped(Text(f"  {text}"), out, 4)
    if len(texts) > MOST_EDITS:
        yield Text(f"  and {len(texts) - MOST_EDITS} more: {ALL}", style="dim")


def profile(proof: Proof) -> Iterator[Text]:
    """Each member with what it costs to leave it out."""
    if not proven(proof):
        return
    yield from heading("the profile", "how many times as fast each makes the others")
    told = proof.members[:MOST_MEMBERS]
    width = min(WIDEST, max(len(named(each.setting, each.label)) for each in told))
    worth = max(len(f"{factor(each.gain.value)} ({interval(each.gain)})") if each.gain else 0 for each in told)
    for each in told:
        found = f"{factor(each.gain.value)} ({interval(each.gain)})" if each.gain else ""
        yield Text.assemble(
            f"  {plain(named(each.setting, each.label)):<{width}}  ",
            (f"{found:<{worth}}", "bold"),
            (f"  {CLASSES[each.safety]}", "dim"),
        )
    if len(proof.members) > MOST_MEMBERS:
        yield Text(f"  and {len(proof.members) - MOST_MEMBERS} more: {ALL}", style="dim")


def gain(proof: Proof) -> Iterator[Text]:
    """The confirmed gain, what it is by hand, and what else is known of the runs; or that there is none."""
    found = proof.gain
    if proof.untried:
        yield from heading("nothing was tried", "the budget was too small")
        return
    if found is None or not proof.members:
        seen = f": a gain of {share(proof.provable - 1)} would have shown" if math.isfinite(proof.provable) else ""
        yield from heading("nothing beat the noise", f"in {proof.trials} runs{seen}")
        if found is not None:
            yield Text.assemble(("  what looked best, in fresh pairs  ", "dim"), unproven(found))
        return
    yield Text()
    words = f"{factor(found.value)} times as fast"
    yield Text.assemble(
        (words, "bold green"), f" ({interval(found)}), ", f"faster in {found.wins} of {found.pairs} pairs of fresh runs"
    )
    rows = [("one more pair by hand", again(found)), *facts(proof)]
    width = max(len(name) for name, _ in rows)
    yield from (Text.assemble((f"  {name:<{width}}  ", "dim"), words) for name, words in rows)


def facts(proof: Proof) -> Iterator[tuple[str, str]]:
    """What is known of the runs beside the gain."""
    before, after = steps(proof)
    if after:
        yield "a step", f"{before}, with the profile {after}"
    if proof.whole is not None:
        whole = proof.whole
        yield "a whole run", f"{factor(whole.value)} times as fast ({interval(whole)}), timed from outside"
    if proof.losses != "none":
        yield "the losses", "are equal" if proof.losses == "equal" else f"are the same {proof.losses}"
    if all(proof.memory):
        yield "memory", f"{quantity(proof.memory[0], 'bytes')}, with the profile {quantity(proof.memory[1], 'bytes')}"
    if proof.beyond:
        yield "written by trials", f"{', '.join(map(plain, proof.beyond[:2]))}{', …' if len(proof.beyond) > 2 else ''}"


def edits(proof: Proof, out: Console) -> Iterator[Text]:
    """What one would write into the script instead."""
    told = [edit for member in proof.members for edit in member.edits]
    if told:
        yield from heading("in the script instead", f"{ALL} has it as a patch" if patches(proof) else "")
        yield from listed([in_place(edit) for edit in told], out)


def in_place(edit: Edit) -> str:
    return plain(f"{edit.place}  {edit.text}" if edit.place else edit.text)


def commands(proof: Proof) -> Iterator[Text]:
    """Lines to be copied."""
    lines = exports(proof)
    if lines:
        yield from heading("to paste instead", "into a shell")
        yield from (Text(f"  {plain(line)}") for line in lines)
    rows = [("before", proof.before), ("after", proof.after)] if proven(proof) else [("a run", proof.before)]
    rows += [("apply", asked(proof, "apply")), ("revert", asked(proof, "revert"))] if proven(proof) else []
    yield Text()
    for name, words in rows:
        if words:
            yield Text.assemble((f"{name:<8}", "dim"), plain(words))
    yield Text(f"{proof.trials} runs in {span(proof.seconds)}, the budget was {span(proof.budget)}", style="dim")
