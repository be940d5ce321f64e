"""What `optimize` found as Markdown: tables, lines to be copied, and the patch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from torch_starter.core.proof import Proof
from torch_starter.show import _proof_words as say
from torch_starter.show._words import in_markdown, plain
from torch_starter.show.optimize import facts

MEMBERS = ("setting", "value", "makes the others faster by", "95 % interval", "faster", "may change")
LEAST_SHARE = 0.005  # of a step: what binds less is not told


def lines(proof: Proof) -> Iterator[str]:
    """All of a proof below its headline."""
    yield from gain(proof)
    yield from table(
        ("setting", "value", "makes the others faster by", "95 % interval", "faster", "may change"), members(proof), "---::-"
    )
    yield from block("sh", [say.asked(proof, "apply")] if say.proven(proof) else [], "Applied by:")
    yield from block("sh", say.exports(proof), "Or in any shell:")
    edits = [f"- {place(edit.place)}{in_markdown(edit.text)}" for each in proof.members for edit in each.edits]
    yield from (["", "Or in the script:", "", *edits] if edits else [])
    yield from block("diff", say.patch_lines(proof), "As a patch:")
    yield from table(("what binds", "of a step"), bounds(proof), "-:")
    yield from table(("tried", "value", "times as fast", "faster", "outcome", "why"), tried(proof), "--::--")
    if proof.suggestions:
        yield from ("", "For you to decide:", "")
        yield from (f"- {in_markdown(each.text)}" for each in proof.suggestions)
    commands = [each for each in ((proof.before, proof.after) if say.proven(proof) else (proof.before,)) if each]
    yield from block("sh", commands, "One run, without the profile and with it:" if len(commands) > 1 else "One run:")


def gain(proof: Proof) -> Iterator[str]:
    """What there is to know first."""
    yield ""
    found, command = proof.gain, plain(say.command(proof))
    yield f"- {code(command)}, {proof.trials} runs" if command else f"- for all scripts, {proof.trials} runs"
    if found is not None and proof.members:
        yield f"- {say.interval(found)} with 95 % confidence; {found.wins} of {found.pairs} pairs of fresh runs were faster"
        yield f"- one more pair by hand: {say.again(found)}"
        yield from (f"- {name}: {in_markdown(words)}" for name, words in facts(proof))
    elif found is not None:
        yield f"- what looked best, in fresh pairs: {say.unproven(found)}"
    yield f"- {say.provable(proof)}"
    if proof.load:
        yield f"- others used {say.share(proof.load)} of the machine meanwhile"


def members(proof: Proof) -> Iterator[tuple[str, ...]]:
    """The profile."""
    for each in proof.members:
        found = each.gain
        worth = (say.factor(found.value), say.interval(found), f"{found.wins} of {found.pairs}") if found else ("", "", "")
        yield (each.setting, each.label, *worth, say.CLASSES[each.safety])


def bounds(proof: Proof) -> Iterator[tuple[str, ...]]:
    for name, part in proof.bounds.items():
        if part >= LEAST_SHARE:
            yield say.BOUNDS.get(name, name), f"{100 * part:.0f} %"


def tried(proof: Proof) -> Iterator[tuple[str, ...]]:
    """What is in the profile is told above."""
    for each in say.sorted_tried(proof.tried):
        if each.outcome != "kept":
            found = say.figure(each)
            yield (
                each.setting,
                each.label,
                say.factor(found) if found is not None else "",
                say.wins(each.ratios),
                say.outcome(each),
                each.why,
            )


def table(heads: Iterable[str], rows: Iterable[tuple[str, ...]], sides: str) -> Iterator[str]:
    """A table; nothing where it has no rows. `sides` has a colon for each column of numbers."""
    told = list(rows)
    if not told:
        return
    yield ""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join('---:' if side == ':' else '---' for side in sides)}|"
    for row in told:
        yield f"| {' | '.join(map(in_markdown, row))} |"


def block(language: str, told: Iterable[str], head: str) -> Iterator[str]:
    """Lines to be copied, with words above them; fenced by more ticks than are in them."""
    found = [plain(line) for line in told]
    if not found:
        return
    fence = "`" * max(3, 1 + max(len(run) for line in found for run in ticks(line)))
    yield from ("", head, "", f"{fence}{language}", *found, fence)


def code(words: str) -> str:
    """Words as they are typed, between more ticks than are in them."""
    fence = "`" * (1 + max(map(len, ticks(words))))
    return f"{fence}{words}{fence}" if len(fence) == 1 else f"{fence} {words} {fence}"


def ticks(line: str) -> list[str]:
    """The runs of ticks in a line."""
    return "".join(sign if sign == "`" else " " for sign in line).split() or [""]


def place(found: object) -> str:
    return f"`{plain(str(found))}` " if found is not None else ""
