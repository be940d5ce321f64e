"""Between what we know and what we say: every text of a report, without the secrets that are in it or that are known here."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from torch_starter.core.project import SPEC
from torch_starter.core.report import Report
from torch_starter.core.secrets import HARMLESS, LEAST, has_token, is_word, without_secrets

LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*([\"']?)(.+?)\2[ \t]*(?:[ \t]#.*)?$", re.MULTILINE)
DISTINCT = 20_000  # texts that are kept as they were found to be


def veil(variables: Mapping[str, str]) -> Veil:
    """That of this shell and of the project that it is in: what .env and the spec say is known, too."""
    project, texts = Path(variables.get("TORCH_STARTER_ROOT", ".")), []
    for name in (".env", SPEC):
        with contextlib.suppress(OSError):
            texts.append((project / name).read_text(encoding="utf-8", errors="replace"))
    return Veil(variables, *texts)


def here() -> Veil:
    """That of the shell that started us."""
    return veil(os.environ)


class Veil:
    """Takes secrets out of texts: those of known kinds, and the values of variables that are called as secrets are."""

    def __init__(self, variables: Mapping[str, str], *files: str) -> None:
        given = [*variables.items(), *((name, value) for text in files for name, _, value in LINE.findall(text))]
        known = {value.strip() for name, value in given if is_secret(name, value.strip())}
        words = sorted(map(re.escape, known), key=len, reverse=True)
        self._known = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(words)})(?![A-Za-z0-9])") if words else None
        self.text = lru_cache(DISTINCT)(self._text)

    def _text(self, text: str) -> str:
        """A text without them."""
        return without_secrets(self._known.sub("...", text) if self._known else text)

    def report(self, report: Report) -> Report:
        """A report without them, whatever it holds."""
        for name in report.__struct_fields__:
            setattr(report, name, self.over(getattr(report, name)))
        return report

    def over(self, value: Any) -> Any:
        """The same value without them; it is the same object where nothing was in it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.over(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            found = [self.over(each) for each in value]
            same = all(one is other for one, other in zip(found, value, strict=True))
            return value if same else found if isinstance(value, list) else rebuilt(value, found)
        if isinstance(value, msgspec.Struct):
            fields = {name: getattr(value, name) for name in value.__struct_fields__}
            changed = {name: new for name, was in fields.items() if (new := self.over(was)) is not was}
            return msgspec.structs.replace(value, **changed) if changed else value
        return value


def rebuilt(value: tuple[Any, ...], found: list[Any]) -> tuple[Any, ...]:
    """A tuple of the same kind."""
    return type(value)(*found) if hasattr(value, "_fields") else tuple(found)


def is_secret(name: str, value: str) -> bool:
    """Whether a variable holds a secret that can be looked for: it is called as one, or is one by its form."""
    last = re.split(r"[^A-Z0-9]+", name.upper())[-1]
    called = is_word(last) and "PUBLIC" not in name.upper()
    return len(value) >= LEAST and (has_token(value) or (called and not re.fullmatch(HARMLESS, value, re.IGNORECASE)))
