"""What an audit says of files: what it cannot look at is never told as well."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from torch_starter.core.problems import WrongUsage
from torch_starter.core.report import Finding
from torch_starter.core.spec import Audit
from torch_starter.quality import _audit_hashes, _audit_uv, _audit_weights
from torch_starter.quality.audit import nothing
from unit.quality.coded import code, told

HASHED = f"alpha==1 --hash=sha256:{'0' * 64}\n"


def hashed(root: Path, files: dict[str, str]) -> list[Finding]:
    return _audit_hashes.hashed(code(root, files), nothing).findings


def test_files_that_a_file_names_are_looked_at_once_each(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-r deps/one.txt\n",
        "requirements-dev.txt": f"-r requirements.txt\n-r deps/one.txt\n{HASHED}",
        "deps/one.txt": f"-r two.txt\n--requirement=../requirements.txt\n{HASHED}",
        "deps/two.txt": "-r one.txt\nbeta\n",
    }
    assert told(hashed(tmp_path, files)) == [
        ("audit.hashes", "ok", "requirements-dev.txt"),
        ("audit.hashes", "ok", "requirements.txt"),
        ("audit.hashes", "ok", "deps/one.txt"),
        ("audit.hashes", "fail", "deps/two.txt:2"),
    ]


@pytest.mark.parametrize(
    "other", ["none.txt", "deps", "../out.txt", "/etc/hostname", "https://packages.example.org/r.txt", "link.txt"]
)
def test_a_file_that_cannot_be_followed_is_unknown_and_nothing_is_well(tmp_path: Path, other: str) -> None:
    (tmp_path / "out.txt").write_text(HASHED)
    (tmp_path / "in" / "deps").mkdir(parents=True)
    os.symlink("../out.txt", tmp_path / "in" / "link.txt")
    found = hashed(tmp_path / "in", {"requirements.txt": f"{HASHED}-r {other}\n"})
    assert told(found) == [("audit.hashes", "unknown", "requirements.txt:2")]
    assert other in found[0].seen


def test_a_file_of_requirements_that_is_no_text_is_unknown(tmp_path: Path) -> None:
    assert told(hashed(tmp_path, {"requirements.txt": "-r a\0b\n"})) == [("audit.hashes", "unknown", "requirements.txt")]


def test_a_project_below_a_link_is_looked_at_as_any(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    os.symlink("real", tmp_path / "link")
    files = {"requirements.txt": "-r deps.txt\n", "deps.txt": HASHED}
    assert [place for _, _, place in told(hashed(tmp_path / "link", files))] == ["requirements.txt", "deps.txt"]


def test_what_is_nested_too_deeply_is_unknown_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    files = {"src/a.py": "a" + ".b" * 1900 + "()\n", "src/b.py": "import pickle\npickle.load(None)\n"}
    found = _audit_weights.loading(code(tmp_path, files), nothing).findings
    assert told(found) == [("audit.weights", "unknown", "src/a.py"), ("audit.weights", "fail", "src/b.py:2")]


SECRET = "love" + "lace"


@pytest.mark.parametrize(
    "address", [f"https://ada:{SECRET}@osv.lab.net", f"https://{SECRET}@osv.lab.net", f"https://osv.lab.net/?key={SECRET}"]
)
def test_an_address_with_a_secret_is_refused_before_uv_is_started(tmp_path: Path, address: str) -> None:
    made = code(tmp_path, {"torch-starter.toml": ""})
    by_spec = replace(made, spec=msgspec.structs.replace(made.spec, audit=Audit(service=address)))
    for each, where in ((replace(made, options={"service": address}), "--service"), (by_spec, "[audit] service")):
        with pytest.raises(WrongUsage) as problem:
            _audit_uv.service_of(each)
        assert where in problem.value.message
        assert ".netrc" in problem.value.remedy
        assert SECRET not in problem.value.message + problem.value.remedy


def test_an_address_without_one_is_taken(tmp_path: Path) -> None:
    made = code(tmp_path, {})
    assert _audit_uv.service_of(made) == ""
    assert _audit_uv.service_of(replace(made, options={"service": "https://osv.lab.net"})) == "https://osv.lab.net"
