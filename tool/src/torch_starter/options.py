"""Options and words as click has them."""

from __future__ import annotations

from typing import Any

import click

from torch_starter.core.kinds import Option


class ScriptCommand(click.Command):
    """A command whose options end behind -m MODULE, too: what follows is the module's own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        taking = {name for each in self.params if isinstance(each, click.Option) and not each.is_flag for name in each.opts}
        at = 0
        while at < len(args) and args[at].startswith("-") and args[at] != "--":
            if args[at] in ("-m", "--module"):
                args = [*args[: at + 2], "--", *args[at + 2 :]]
                break
            at += 2 if args[at] in taking else 1
        return super().parse_args(ctx, args)


def parameter(option: Option) -> click.Option:
    """One option as click has it."""
    kinds: dict[str, dict[str, Any]] = {"texts": {"multiple": True}, "path": {"type": click.Path()}}
    kind = {"is_flag": True} if option.type == "flag" else {**kinds.get(option.type, {}), "callback": naming}
    more: dict[str, Any] = {"default": option.default, "show_default": True} if option.default else {}
    return click.Option(
        [*([f"-{option.short}"] if option.short else []), f"--{option.name}"],
        help=option.help,
        metavar=option.metavar or None,
        **kind,
        **more,
    )


def naming(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Refuse a word that names nothing, such as a comma alone, or a variable that is not set: it would be taken for all."""
    words = value if isinstance(value, tuple) else () if value is None else (value,)
    if any(not word.strip(", ") for word in words):
        raise click.BadParameter("it names nothing")
    return value
