"""What is generated from the source is as the generator would write it, and the generator notices where it is not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
GENERATED = ("docs/reference.md", "tool/torch-starter.schema.json")
SCHEMA = json.loads((ROOT / "tool" / "torch-starter.schema.json").read_text())
KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
SPEC = tomllib.loads((ROOT / "torch-starter.toml").read_text())


def generate(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, root / "tool" / "generate.py", *words], capture_output=True, text=True, cwd=root.parent
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The generator, its source and what it has written, elsewhere."""
    shutil.copytree(ROOT / "tool" / "src", tmp_path / "tool" / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docs").mkdir()
    for name in ("tool/generate.py", *GENERATED):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_generated_files_are_up_to_date() -> None:
    done = generate(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", GENERATED)
def test_a_changed_file_is_noticed_and_mended(copy: Path, name: str) -> None:
    text = (copy / name).read_text()
    (copy / name).write_text(text.replace("threads", "thread", 1))
    check = generate(copy, "--check")
    assert check.returncode == 1
    assert f"--- {name} (now)" in check.stdout
    assert "run tool/generate.py" in check.stderr
    assert generate(copy).stdout == f"written: {name}\n"
    assert (copy / name).read_text() == text
    assert generate(copy, "--check").returncode == 0


def test_a_change_of_the_source_is_noticed(copy: Path) -> None:
    source = copy / "tool" / "src" / "torch_starter" / "core" / "spec.py"
    source.write_text(source.read_text().replace("maximum: Positive = 4", "maximum: Positive = 8"))
    check = generate(copy, "--check")
    assert check.returncode == 1
    assert "+| `threads.maximum` | a whole number from 1 | `8` |" in check.stdout


def test_a_word_that_it_does_not_know_is_refused(copy: Path) -> None:
    (copy / GENERATED[0]).write_text("")
    assert generate(copy, "--chekc").returncode == 2
    assert (copy / GENERATED[0]).read_text() == ""


def faults(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:
    """Where a value is not what a schema says, for the keywords that ours uses."""
    if "$ref" in schema:
        return faults(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], path)
    if "anyOf" in schema:
        return min((faults(value, option, path) for option in schema["anyOf"]), key=len)
    if not isinstance(value, KINDS[schema.get("type", "string")]):
        return [f"{path} is no {schema['type']}"]
    if isinstance(value, dict):
        keys, others = schema.get("properties", {}), schema.get("additionalProperties")
        missing = [f"{path}.{key} is missing" for key in schema.get("required", ()) if key not in value]
        unknown = [f"{path}.{key} is not known" for key in value if key not in keys and others is False]
        known = {key: keys.get(key, others) for key in value if keys.get(key, others)}
        return missing + unknown + [fault for key, inner in known.items() for fault in faults(value[key], inner, f"{path}.{key}")]
    if isinstance(value, list):
        inner = schema.get("prefixItems") or [schema["items"]] * len(value)
        many = [f"{path} has {len(value)} items"] if len(value) != len(inner) else []
        return many + [fault for item, each in zip(value, inner, strict=False) for fault in faults(item, each, f"{path}[]")]
    low, high = schema.get("minimum", schema.get("exclusiveMinimum", value)), schema.get("maximum", value)
    fits = low <= value <= high and value in schema.get("enum", [value]) and re.search(schema.get("pattern", ""), str(value))
    return [] if fits else [f"{path} is {value!r}"]


def test_the_committed_spec_fits_the_schema() -> None:
    assert faults(SPEC, SCHEMA) == []
    assert (ROOT / "torch-starter.toml").read_text().startswith("#:schema ./tool/torch-starter.schema.json\n")


@pytest.mark.parametrize(
    ("table", "wrong", "fault"),
    [
        ("threads", {"cuont": 2}, ".threads.cuont is not known"),
        ("threads", {"maximum": 0}, ".threads.maximum is 0"),
        ("container", {"memory": "12 GB"}, ".container.memory is '12 GB'"),
        ("container", {"ports": [70000]}, ".container.ports[] is 70000"),
        ("install", {"link_mode": "hard"}, ".install.link_mode is 'hard'"),
        ("caches", {"mine": {"host": "a", "container": "/b"}}, ".caches.mine.volume is missing"),
    ],
)
def test_the_schema_refuses_what_the_program_refuses(table: str, wrong: dict[str, Any], fault: str) -> None:
    assert faults({**SPEC, table: {**SPEC[table], **wrong}}, SCHEMA) == [fault]
