"""A database of advisories in a file, or what is none."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from torch_starter.audits.advisories import read
from torch_starter.audits.matching import vulnerabilities
from torch_starter.audits.packages import Package
from torch_starter.core.problems import WrongUsage


def advisory(id: str = "GHSA-a", name: str = "Jinja2", ecosystem: str = "PyPI", **more: object) -> dict[str, Any]:
    affected = {"package": {"name": name, "ecosystem": ecosystem}, "versions": ["1.0"], "severity": [], "ranges": []}
    return {"id": id, "modified": "2026-01-02T03:04:05Z", "affected": [affected], "references": [], **more}


def zipped(path: Path, *advisories: dict[str, Any], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for each in advisories:
            archive.writestr(f"{each['id']}.json", json.dumps(each))
        archive.writestr("README.txt", "not read")
    return path


def test_a_zip_is_read_with_its_date_and_its_hash(tmp_path: Path) -> None:
    newest = advisory("GHSA-b", "other", modified="2026-05-05T00:00:00Z")
    path = zipped(tmp_path / "all.zip", advisory(), newest, advisory("GHSA-c", ecosystem="npm"))
    base = read(path, {"jinja2", "absent"})
    assert [each.id for each in base.advisories] == ["GHSA-a"]
    assert (base.total, base.named, base.newest) == (2, 1, "2026-05-05T00:00:00Z")
    assert base.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_withdrawn_is_left_out(tmp_path: Path) -> None:
    base = read(zipped(tmp_path / "all.zip", advisory(withdrawn="2026-01-01T00:00:00Z")), {"jinja2"})
    assert (base.advisories, base.total) == ((), 1)


def test_a_folder_and_a_single_file_are_read_too(tmp_path: Path) -> None:
    inner = tmp_path / "all" / "PyPI"
    inner.mkdir(parents=True)
    (inner / "a.json").write_text(json.dumps(advisory(aliases=None, summary="It breaks", database_specific={"severity": "HIGH"})))
    (inner / "b.json").write_text(json.dumps(advisory("GHSA-b", affected=None)))
    both = [read(path, {"jinja2"}) for path in (tmp_path / "all", inner / "a.json")]
    assert [[(each.id, each.summary, each.severity) for each in base.advisories] for base in both] == [
        [("GHSA-a", "It breaks", "high")]
    ] * 2
    before = both[0].sha256
    (inner / "a.json").write_text(json.dumps(advisory()))
    assert read(tmp_path / "all", {"jinja2"}).sha256 != before


def test_what_is_empty_may_be_null(tmp_path: Path) -> None:
    empty = {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "versions": None, "ranges": None}
    other = {**empty, "ranges": [{"type": "ECOSYSTEM", "events": None}]}
    words: dict[str, Any] = {"summary": None, "details": None, "aliases": None, "database_specific": None, "withdrawn": None}
    path = zipped(tmp_path / "all.zip", {"id": "GHSA-a", "modified": None, "affected": [empty, other], **words})
    base = read(path, {"jinja2"})
    assert [(each.id, each.summary, each.unsure) for each in vulnerabilities([Package("jinja2", "1.0")], base.advisories)] == [
        ("GHSA-a", "", True)
    ]


def refused(path: Path) -> str:
    with pytest.raises(WrongUsage) as problem:
        read(path, {"jinja2"})
    assert problem.value.exit_code == 2
    assert "docs/audit.md" in problem.value.remedy
    return problem.value.message


def test_what_is_no_database_is_refused_with_the_reason(tmp_path: Path) -> None:
    text, empty, one = tmp_path / "all.zip", tmp_path / "empty", tmp_path / "a.json"
    text.write_text("<html>404</html>")
    empty.mkdir()
    one.write_text('{"name": "package"}')
    assert refused(text) == "all.zip is no zip file, or not all of one"
    assert refused(empty) == "empty holds no advisories"
    assert "a.json is no advisory in the OSV form" in refused(one)
    assert refused(tmp_path / "absent").startswith("there is no ")
    assert "advisories about npm, and none about Python" in refused(zipped(tmp_path / "npm.zip", advisory(ecosystem="npm")))


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_half_of_a_zip_is_refused(tmp_path: Path, part: float) -> None:
    path = zipped(tmp_path / "all.zip", advisory(details="x" * 1000), advisory("GHSA-b"))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    assert "no zip file, or not all of one" in refused(path)


def test_an_altered_byte_is_seen(tmp_path: Path) -> None:
    path = zipped(tmp_path / "all.zip", advisory(details="x" * 1000), compression=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"x" * 1000, b"x" * 999 + b"y"))
    assert "all.zip cannot be read to its end: Bad CRC" in refused(path)
