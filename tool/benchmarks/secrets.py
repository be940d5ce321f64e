"""How many planted secrets are found, and how many alarms are false: on this repository and on installed packages.

    python tool/benchmarks/secrets.py [--seeds 20] [FOLDER ...]

Each kind is planted in each place: a script, .env, a notebook's cell and its output, a Markdown file, a YAML file, what is
staged, a commit that a later one takes back, the message of a commit, and an image's variable. FOLDERs are searched for false
alarms besides this repository; by default transformers, huggingface_hub and requests of .venv.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tool" / "src"), str(ROOT / "tool" / "tests")]

from torch_starter.core.leaks import Leaks  # noqa: E402
from torch_starter.core.machine import local_machine  # noqa: E402
from torch_starter.core.processes import Done  # noqa: E402
from torch_starter.scanning import history, image, tree  # noqa: E402
from torch_starter.scanning.allowed import Allowed  # noqa: E402
from unit.scanning.planted import Planted, planted  # noqa: E402

PACKAGES = ("transformers", "huggingface_hub", "requests")
FILES = {"script": "train.py", "dotenv": ".env", "page": "notes.md", "yaml": "conf/settings.yaml"}
ME = ("-c", "user.name=me", "-c", "user.email=me@example.org", "-c", "commit.gpgsign=false")
NONE, MACHINE = Allowed(), local_machine()


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *ME, *words], cwd=folder, check=True, capture_output=True)


def notebook(text: str, output: bool) -> str:
    """A notebook with a text in a cell, or in what it printed."""
    cell = {"cell_type": "code", "outputs": [{"text": text if output else ""}], "source": "" if output else text}
    return json.dumps({"cells": [cell]}, indent=1)


def found_in(each: Planted) -> Iterator[tuple[str, bool]]:
    """Each place, and whether the secret that was put there is found in it."""

    def has(leaks: Leaks) -> bool:
        return any(leak.kind == each.kind for leak in leaks.found)

    texts = {name: (path, each.text) for name, path in FILES.items()}
    texts |= {"cell": ("a.ipynb", notebook(each.text, False)), "output": ("b.ipynb", notebook(each.text, True))}
    for name, (path, text) in texts.items():
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / path).parent.mkdir(exist_ok=True)
            (Path(folder) / path).write_text(text)
            git(Path(folder), "init", "-q")
            git(Path(folder), "add", "-f", "-A")
            yield name, has(tree.search(MACHINE, Path(folder), NONE))
            if name == "script":
                yield "staged", has(tree.staged(MACHINE, Path(folder), NONE))
                git(Path(folder), "commit", "-q", "-m", "one")
                (Path(folder) / path).write_text("")
                git(Path(folder), "commit", "-q", "-a", "-m", f"two\n\n{each.text}")
                past = history.search(MACHINE, Path(folder), NONE)
                yield "commit", any(leak.kind == each.kind and leak.file for leak in past.found)
                yield "message", any(leak.kind == each.kind and not leak.file for leak in past.found)

    def docker(*words: str) -> Done:
        config = {"Config": {"Env": [each.text]}} if words[1] == "inspect" else None
        return Done(words, 0, json.dumps([config]) if config else "", "", 0.0)

    yield "image", has(image.search(docker, "a", NONE))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=1)
    asked.add_argument("folders", nargs="*", type=Path)
    given = asked.parse_args()
    tried, missed = 0, Counter[tuple[str, str]]()
    for seed in range(1, given.seeds + 1):
        for each in planted(seed):
            for place, found in found_in(each):
                tried += 1
                missed[each.kind, place] += not found
    kinds = {each.kind for each in planted()}
    print(f"{len(kinds)} kinds, {len(planted())} forms: {tried - missed.total()} of {tried} found; missed: {dict(+missed)}")
    site = next(ROOT.glob(".venv/lib/python3*/site-packages"))
    for folder in (ROOT, *(given.folders or [site / name for name in PACKAGES])):
        began = time.monotonic()
        leaks = tree.search(MACHINE, folder, NONE) if folder == ROOT else walked(folder)
        seconds = time.monotonic() - began
        print(f"{folder.name}: {len(leaks.found)} alarms in {leaks.looked} files, {seconds:.2f} s")
        for leak in leaks.found:
            print(f"  {leak.file}:{leak.line} {leak.kind}, {leak.length} characters")


def walked(folder: Path) -> Leaks:
    """A package, whose folder git ignores here."""
    texts = {name: tree.read(folder / name) for name in tree.walked(folder)}
    found = [leak for name, text in texts.items() if text is not None for leak in tree.content.leaks(text, name, NONE)]
    return Leaks(found=tuple(found), looked=len(texts))


if __name__ == "__main__":
    main()
