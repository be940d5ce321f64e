"""What a page says of a proof: pictures, tables of everything, and what is to be copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch_starter.core.proof import Member, Pair, Proof, Tried
from torch_starter.core.report import Report
from torch_starter.show import _proof_words as say
from torch_starter.show._words import quantity
from torch_starter.show.charts import Chart
from torch_starter.show.forest_chart import tried, worth
from torch_starter.show.pair_charts import bound_bars, pair_charts


def content(report: Report) -> dict[str, Any] | None:
    """What the template is given; None where the report has no proof."""
    proof = report.proof
    if proof is None:
        return None
    pairs, alone = pair_charts(proof), {name: chart for name, chart in (("worth", worth(proof)), ("bounds", bound_bars(proof)))}
    every = tried(proof)
    return {
        "proof": proof,
        "proven": say.proven(proof),
        "command": say.command(proof) or "all scripts of this environment",
        "runs": f"{proof.trials} runs in {say.span(proof.seconds)}",
        "tiles": list(tiles(proof)),
        "pairs": pairs,
        "worth": alone["worth"],
        "bounds": alone["bounds"],
        "every": every,
        "charts": [chart for chart in (*pairs, alone["worth"], every, alone["bounds"]) if isinstance(chart, Chart)],
        "provable": say.provable(proof),
        "budget": say.span(proof.budget),
        "members": [member(each) for each in proof.members],
        "environment": say.environment(proof),
        "exports": "\n".join(say.exports(proof)),
        "edits": [edit for each in proof.members for edit in each.edits],
        "patch": say.patch_lines(proof),
        "apply": say.asked(proof, "apply"),
        "revert": say.asked(proof, "revert"),
        "tried": [row(each) for each in say.sorted_tried(proof.tried)],
        "suggestions": [each.text for each in proof.suggestions],
        "runs_of_pairs": [run for number, pair in enumerate(proof.pairs, 1) for run in runs(number, pair)],
        "outside": beyond(proof),
    }


def tiles(proof: Proof) -> Iterator[tuple[str, str, str]]:
    """What one wants to know first: the words, what they are of, and more of that in small."""
    before, after = say.steps(proof)
    found = proof.gain
    if found is None or not proof.members:
        yield say.share(proof.noise), "noise", "by which two runs of the same differ"
        if proof.provable < 100:
            yield say.share(proof.provable - 1), "a gain", "that would have shown"
        if found is not None:
            yield (
                say.factor(found.value),
                "what looked best",
                f"in fresh pairs: {say.interval(found)}, {found.wins} of {found.pairs} faster",
            )
        if before:
            yield before, "a step", f"of {proof.steps} that were measured in each run"
        return
    yield arrow(before, after), "a step", "without the profile, and with it"
    yield say.interval(found), "times as fast", "with 95 % confidence"
    yield f"{found.wins} of {found.pairs}", "pairs were faster", "fresh ones, which had no part in the search"
    yield say.again(found), "one more pair", "by hand, nineteen of twenty times"
    if proof.whole:
        yield say.factor(proof.whole.value), "a whole run", f"timed from outside, {say.interval(proof.whole)}"
    if proof.losses != "none":
        same = proof.losses == "equal"
        yield "equal" if same else proof.losses, "the losses", "to the last bit" if same else "without the profile and with it"


def arrow(before: str, after: str) -> str:
    """From a time to another: the unit once where it is the same."""
    value, _, unit = before.partition(" ")
    first = value if unit == after.partition(" ")[2] else before
    return f"{first} → {after}"


def member(each: Member) -> dict[str, str]:
    """A setting of the profile as a row."""
    found = each.gain
    return {
        "setting": each.setting,
        "label": each.label,
        "title": each.title,
        "worth": say.factor(found.value) if found else "",
        "interval": say.interval(found) if found else "",
        "wins": f"{found.wins} of {found.pairs}" if found else "",
        "safety": say.CLASSES[each.safety],
    }


def row(each: Tried) -> dict[str, str]:
    """A value of a setting that was tried, or not."""
    found = say.figure(each)
    return {
        "setting": each.setting,
        "label": each.label,
        "gain": say.factor(found) if found is not None else "",
        "wins": say.wins(each.ratios),
        "ratios": ", ".join(say.factor(ratio) for ratio in each.ratios),
        "outcome": say.outcome(each),
        "why": each.why,
        "safety": say.CLASSES[each.safety],
    }


def runs(number: int, pair: Pair) -> Iterator[dict[str, str]]:
    """Both runs of a pair."""
    for name, sample in (("without", pair.before), ("with", pair.after)):
        yield {
            "pair": str(number),
            "profile": name,
            "step": say.span(sample.step),
            "whole": say.span(sample.whole),
            "ratio": say.factor(pair.before.step / pair.after.step) if name == "with" else "",
            "others": f"{100 * sample.others:.0f} %",
            "waited": f"{100 * sample.waited:.0f} %",
        }


def beyond(proof: Proof) -> list[tuple[str, str]]:
    """What else is known of the runs."""
    found = []
    if all(proof.memory):
        before, after = (quantity(each, "bytes") for each in proof.memory)
        found.append(("memory", f"{before} without the profile, {after} with it"))
    if proof.load:
        found.append(("others", f"used {say.share(proof.load)} of the machine meanwhile"))
    if proof.beyond:
        found.append(("written by the trials", ", ".join(proof.beyond)))
    return found
