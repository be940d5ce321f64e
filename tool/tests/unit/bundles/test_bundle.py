"""A bundle: read as it was written; and what is altered, cut off or leads elsewhere, each with its problem."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.bundles import unpack
from torch_starter.bundles.manifest import FORMAT, Item, decoded, encoded, seal
from torch_starter.core.problems import Problem
from unit.bundles.bundling import PLAIN, beginning, bundle, by_hand, nobody, replace_items

CONTENTS = {"uv/bin/uv": b"program", "wheels/alpha-1.0-py3-none-any.whl": b"a" * 300_000, "wheels/beta-1-py3-none-any.whl": b"bb"}
HOME = "models/models--org--name"
OUTSIDE = (
    "../x",
    "/etc/x",
    "wheels/../../x",
    "wheels/..",
    "uv/bin/../../x",
    "wheels/a/b.whl",
    "dev.sh",
    f"{HOME}/refs/../../../x",
    f"{HOME}/refs/./x",
    f"{HOME}/refs//x",
    f"{HOME}/blobs/nothex",
    "",
)
LEADS = {
    f"{HOME}/snapshots/{'a' * 40}/x": "../../../../x",
    f"{HOME}/snapshots/{'b' * 40}/x": "/etc/passwd",
    f"{HOME}/snapshots/{'c' * 40}/x": f"../../../blobs/{'d' * 40}",
    f"{HOME}/snapshots/{'e' * 40}/../../../../x": f"../../../../../blobs/{'d' * 40}",
    f"{HOME}/refs/main": f"../blobs/{'d' * 40}",
}


def read(path: Path) -> dict[str, bytes]:
    """All that is in a bundle, checked."""
    found = {}
    with unpack.opened(path) as opened:
        for item, stream in opened.contents():
            aside = path.with_name("out")
            with aside.open("wb") as out:
                unpack.copy(item, stream, out, nobody)
            found[item.path] = aside.read_bytes()
    return found


def refused(path: Path) -> Problem:
    """The problem that reading it ends with."""
    with pytest.raises(Problem) as stopped:
        read(path)
    return stopped.value


def outcome(path: Path) -> dict[str, bytes] | int:
    """What is in it, or the exit code that reading it ends with."""
    try:
        return read(path)
    except Problem as problem:
        return problem.exit_code


def test_what_was_packed_is_unpacked(tmp_path: Path) -> None:
    assert read(bundle(tmp_path, CONTENTS)) == CONTENTS


def test_the_manifest_says_what_is_in_it(tmp_path: Path) -> None:
    with unpack.opened(bundle(tmp_path, CONTENTS)) as opened:
        assert opened.manifest.size == sum(map(len, CONTENTS.values()))
        assert sorted(opened.manifest.wheels) == ["alpha-1.0-py3-none-any.whl", "beta-1-py3-none-any.whl"]


@pytest.mark.skipif(not shutil.which("zstd"), reason="zstd is not installed")
def test_the_tar_of_the_system_reads_it(tmp_path: Path) -> None:
    path = bundle(tmp_path, CONTENTS)
    subprocess.run(["tar", "--zstd", "-xf", path, "-C", tmp_path], check=True)
    assert {name: (tmp_path / name).read_bytes() for name in CONTENTS} == CONTENTS


@given(st.data())
def test_one_altered_byte_is_seen_or_changes_nothing(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = bundle(tmp_path_factory.mktemp("altered"), CONTENTS)
    whole = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    read_or_refused = outcome(path)
    assert read_or_refused == CONTENTS or read_or_refused in (2, 5)


def test_the_altered_file_is_named(tmp_path: Path) -> None:
    path = bundle(tmp_path, CONTENTS)
    path.write_bytes(path.read_bytes().replace(b"a" * 300, b"a" * 299 + b"x", 1))
    problem = refused(path)
    assert (problem.code, problem.exit_code) == ("bundle.damaged", 5)
    assert "wheels/alpha-1.0-py3-none-any.whl was altered" in problem.message


@given(st.data())
def test_one_that_is_cut_off_is_seen(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = bundle(tmp_path_factory.mktemp("cut"), CONTENTS)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 12_000))])
    assert refused(path).code in ("bundle.truncated", "bundle.damaged", "bundle.unknown")


def test_what_is_no_bundle_is_wrong_usage(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    for content in (b"", b"a text", b"\x1f\x8b" + bytes(100), b"\x28\xb5\x2f\xfd\x24" + bytes(100)):
        path.write_bytes(content)
        assert (refused(path).code, refused(path).exit_code) == ("bundle.unknown", 2)
    assert refused(tmp_path / "absent").code == "bundle.missing"
    assert refused(tmp_path).code == "bundle.missing"


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_no_bundle_has_is_refused_before_anything_is_unpacked(tmp_path: Path, path: str) -> None:
    manifest = replace_items(PLAIN, [Item(path, 1, "0" * 64)], {})
    made = by_hand(tmp_path / "bundle", [*beginning(manifest), (tarfile.TarInfo(path or "x"), b"1")])
    assert (refused(made).code, refused(made).exit_code) == ("bundle.outside", 5)


@pytest.mark.parametrize(("path", "target"), LEADS.items())
def test_a_link_that_leads_out_of_its_repository_is_refused(path: str, target: str) -> None:
    text = encoded(replace_items(PLAIN, [], {path: target}))
    with pytest.raises(Problem) as stopped:
        decoded(text, seal(text))
    assert stopped.value.code == "bundle.outside"


def test_a_member_that_the_manifest_does_not_name_is_refused(tmp_path: Path) -> None:
    right = tarfile.TarInfo("uv/bin/uv")
    link = tarfile.TarInfo("uv/bin/uv")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    item = Item("uv/bin/uv", 1, "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b")
    start = beginning(replace_items(PLAIN, [item], {}))
    for number, (members, told) in enumerate(
        (
            ([(tarfile.TarInfo("../x"), b"1")], "'../x' where uv/bin/uv should be"),
            ([(link, b"")], "where uv/bin/uv should be"),
            ([(right, b"12")], "of 2 bytes in the bundle, and of 1 in its manifest"),
            ([], "has no uv/bin/uv"),
            ([(right, b"1"), (tarfile.TarInfo("wheels/more-1-py3-none-any.whl"), b"1")], "which its manifest does not name"),
        )
    ):
        problem = refused(by_hand(tmp_path / str(number), [*start, *members]))
        assert problem.code == "bundle.damaged"
        assert told in problem.message


def test_a_manifest_that_was_altered_or_is_of_another_format_is_refused() -> None:
    text = encoded(PLAIN)
    for changed, sealed, code in (
        (text.replace(b"cpu", b"cux"), seal(text), "bundle.damaged"),
        (b"{}", seal(b"{}"), "bundle.damaged"),
        (text.replace(b'"format": 1', b'"format": 2'), None, "bundle.format"),
    ):
        with pytest.raises(Problem) as stopped:
            decoded(changed, sealed or seal(changed))
        assert stopped.value.code == code
    assert decoded(text, seal(text)).format == FORMAT
