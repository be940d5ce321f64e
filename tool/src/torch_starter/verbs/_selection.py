"""Which checks a user asks for, and what there are."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace

from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check, Level, Rule
from torch_starter.core.problems import WrongUsage
from torch_starter.core.report import Finding, Report
from torch_starter.verbs._judge import at_level, matches


def select[Asked: (Check, Rule)](
    checks: Sequence[Asked], only: Sequence[str], skip: Sequence[str], level: Level = "default"
) -> list[Asked]:
    """The checks of a level that may answer for the ids asked for, and any that is asked for by its own id.

    Raises WrongUsage for a word that means no check, and where nothing is left to ask.
    """
    refuse_unknown((*only, *skip), checks)
    usual = at_level(checks, level)
    asked = [
        check for check in checks if check.id in only or (check in usual and (not only or any(concerns(w, check) for w in only)))
    ]
    left = [check for check in asked if not any(matches(word, check.id) for word in skip)]
    if not left:
        what = (
            f"{' '.join(only)} belongs to a more thorough verification" if only and not asked else "--skip leaves nothing to ask"
        )
        raise WrongUsage("check.none", what, f"./dev.sh verify-setup --full --only {' '.join(only) or 'ID'}")
    return left


def refuse_unknown(words: Sequence[str], checks: Sequence[Check | Rule]) -> None:
    """Raise WrongUsage for the first word that means no check."""
    for word in words:
        if not any(concerns(word, check) for check in checks):
            near = difflib.get_close_matches(word, [check.id for check in checks], n=1, cutoff=0.55)
            groups = ", ".join(dict.fromkeys(check.group for check in checks))
            hint = f"the nearest is {near[0]!r}" if near else f"the groups are {groups}"
            raise WrongUsage("check.unknown", f"no check is called {word!r}; {hint}", "./dev.sh verify-setup --list")


def concerns(word: str, check: Check | Rule) -> bool:
    """Whether a word means a check, or one of the findings that it may give."""
    return matches(word, check.id) or word.startswith(f"{check.id}.")


def selected_findings(findings: Sequence[Finding], only: Sequence[str], skip: Sequence[str]) -> list[Finding]:
    """Of the findings those asked for, since a check may look at more than one thing; raises WrongUsage where none is left."""
    kept = [finding for finding in findings if not any(matches(word, finding.id) for word in skip)]
    asked = [finding for finding in kept if not only or any(matches(word, finding.id) for word in only)]
    if not asked:
        raise WrongUsage(
            "check.none", f"nothing here is called {', '.join(only) or 'by a name not skipped'}", "./dev.sh verify-setup --list"
        )
    return asked


OF_PACKAGES = ("imports", "uses")  # checks with a finding for each package


def narrowed(only: Sequence[str]) -> Callable[[Evidence], Evidence]:
    """Where single packages are asked for, and nothing else, none but those is started: `--only uses.wandb`."""
    if not only or not all(word.startswith(tuple(f"{check}." for check in OF_PACKAGES)) for word in only):
        return lambda evidence: evidence

    def asked(name: str) -> bool:
        return any(matches(word, f"{check}.{name}") for check in OF_PACKAGES for word in only)

    def narrow(evidence: Evidence) -> Evidence:
        return replace(evidence, wanted={name: each for name, each in evidence.wanted.items() if asked(name)})

    return narrow


def listing(checks: Sequence[Check], rules: Sequence[Rule] = ()) -> Report:
    """What checks there are, and from which verification on each is asked; and the rules of --files."""
    width = max(len(id) for id in [*(check.id for check in checks), *(rule.id for rule in rules)])
    lines = [f"{check.id:{width}}  {check.level:7}  {check.title}" for check in checks]
    lines += [f"{rule.id:{width}}  --files  {rule.title}" for rule in rules]
    counted = f"{len(checks)} checks" + (f", and {len(rules)} rules of --files DIR" if rules else "")
    return Report(command="verify-setup", notes=[*lines, f"{counted}; --explain ID says more of one, or of a group."])


def explain(checks: Sequence[Check], ids: Sequence[str], rules: Sequence[Rule] = ()) -> Report:
    """What checks and rules, or families of them, look at, why, how, and what mends what they find."""
    refuse_unknown(ids, [*checks, *rules])
    of_rules = [word for word in ids if any(concerns(word, rule) for rule in rules)]
    others = [word for word in ids if word not in of_rules or any(concerns(word, check) for check in checks)]
    told = [explanation(check) for check in select(checks, others, (), "full")] if others or not ids else []
    told += [explanation(rule) for rule in select(rules, of_rules, ())] if of_rules else []
    return Report(command="verify-setup", notes=told)


def explanation(check: Check | Rule) -> str:
    """All that a check or a rule says of itself."""
    is_rule = isinstance(check, Rule)
    asked = {"quick": "always", "default": "unless --quick", "full": "only with --full, or by its id"}
    rows = {
        "looks at": "" if isinstance(check, Rule) else check.about,
        "why": check.why if isinstance(check, Rule) else "",
        "by": check.found,
        "mend": check.mend,
        "source": check.source,
        "asked": "with --files DIR" if is_rule else asked[check.level],
        "--fix": "mends it" if isinstance(check, Check) and check.repairs else "",
    }
    lines = [f"  {name:9} {wrapped(text)}" for name, text in rows.items() if text]
    return "\n".join([f"{check.id}: {check.title}", *lines])


def wrapped(text: str) -> str:
    """For a terminal of 80 columns, behind the name of the row."""
    return textwrap.fill(" ".join(text.split()), 68, subsequent_indent=" " * 12, break_on_hyphens=False)
