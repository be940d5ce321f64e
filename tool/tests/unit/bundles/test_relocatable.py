"""A Python as one file: the same tree again, by the tool and by what starts the tool; nothing in it leads out."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import msgspec
import pytest

from real._sandbox import REPOSITORY
from torch_starter.bundles import pack, relocatable
from torch_starter.core.files import LocalFiles
from torch_starter.core.problems import Problem
from unit.bundles.bundling import PLAIN, nobody, replace_items

BOOTSTRAP = REPOSITORY / "tool" / "bootstrap.py"


def interpreter(folder: Path) -> Path:
    """A tree as an interpreter has it."""
    for name, text in (("bin/python3.12", "#!/bin/sh\necho here\n"), ("lib/os.py", "x"), ("lib/test/big.py", "x")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "bin" / "python3.12").chmod(0o755)
    (folder / "bin" / "python3").symlink_to("python3.12")
    return folder


def started(folder: Path, archive: Path) -> subprocess.CompletedProcess[str]:
    """How bootstrap.py ends with a bundle that has this Python; state and mirror are below the folder."""
    source = pack.Source("python.tar.gz", archive, start=True)
    here = replace_items(PLAIN, [pack.item(source)], {})

    manifest = msgspec.structs.replace(here, machine=os.uname().machine, system=sys.platform)
    pack.write(folder / "b.tar.zst", manifest, [source], LocalFiles(), nobody)
    argv: list[str | Path] = [
        sys.executable,
        "-I",
        BOOTSTRAP,
        folder / "state",
        folder / "mirror",
        "cache",
        "import",
        folder / "b.tar.zst",
    ]
    return subprocess.run(argv, capture_output=True, text=True)


def test_it_is_unpacked_as_it_was_without_its_own_tests(tmp_path: Path) -> None:
    relocatable.pack(interpreter(tmp_path / "from"), tmp_path / "python.tar.gz", LocalFiles())
    relocatable.unpack(tmp_path / "python.tar.gz", tmp_path / "to")
    done = started(tmp_path, tmp_path / "python.tar.gz")
    assert done.returncode == 0, done.stderr
    for root in (tmp_path / "to", tmp_path / "state" / "python"):
        assert subprocess.run([root / "bin" / "python3"], capture_output=True, text=True).stdout == "here\n"
        assert not (root / "lib" / "test").exists()


def test_the_same_folder_is_the_same_file_to_the_byte(tmp_path: Path) -> None:
    root, first, second = interpreter(tmp_path / "from"), tmp_path / "first.tar.gz", tmp_path / "second.tar.gz"
    relocatable.pack(root, first, LocalFiles())
    assert first.read_bytes()[4:8] == bytes(4)  # where gzip writes the time
    (root / "lib" / "__pycache__").mkdir()
    os.utime(root / "lib", (1, 1))
    relocatable.pack(root, second, LocalFiles())
    assert first.read_bytes() == second.read_bytes()


def test_two_names_of_one_file_become_two_files(tmp_path: Path) -> None:
    root = interpreter(tmp_path / "from")
    (root / "lib" / "again.py").hardlink_to(root / "lib" / "os.py")
    relocatable.pack(root, tmp_path / "python.tar.gz", LocalFiles())
    relocatable.unpack(tmp_path / "python.tar.gz", tmp_path / "to")
    done = started(tmp_path, tmp_path / "python.tar.gz")
    assert done.returncode == 0, done.stderr
    for to in (tmp_path / "to", tmp_path / "state" / "python"):
        assert [(to / "lib" / name).read_text() for name in ("os.py", "again.py")] == ["x", "x"]


@pytest.mark.parametrize(("name", "leads"), [("../out", ""), ("/out", ""), ("bin/x", "../../out"), ("bin/x", "/etc/passwd")])
def test_what_leads_out_of_it_is_refused(tmp_path: Path, name: str, leads: str) -> None:
    archive = tmp_path / "python.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = (tarfile.SYMTYPE, leads, 0) if leads else (tarfile.REGTYPE, "", 1)
        tar.addfile(info, io.BytesIO(b"1"))
    done = started(tmp_path, archive)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "state" / "out").exists()
    assert (done.returncode, "leads out of it" in done.stderr) == (5, True)
    if name != "/out":  # which is taken as a path below the folder
        with pytest.raises(Problem) as stopped:
            relocatable.unpack(archive, tmp_path / "to")
        assert stopped.value.code == "bundle.damaged"


def test_what_starts_the_tool_refuses_what_is_no_bundle_or_for_another_machine(tmp_path: Path) -> None:
    (tmp_path / "text").write_text(json.dumps(hashlib.sha256().hexdigest()))
    for word, code in ((tmp_path / "text", 2), (tmp_path / "absent", 2)):
        argv: list[str | Path] = [
            sys.executable,
            "-I",
            BOOTSTRAP,
            tmp_path / "state",
            tmp_path / "mirror",
            "cache",
            "import",
            word,
        ]
        done = subprocess.run(argv, capture_output=True, text=True)
        assert (done.returncode, "what to do:" in done.stderr) == (code, True), done.stderr
    pack.write(tmp_path / "other", replace_items(PLAIN, [], {}), [], LocalFiles(), nobody)
    changed = (tmp_path / "other").read_bytes().replace(b"x86_64", b"riscv9")
    changed_file = tmp_path / "altered"
    changed_file.write_bytes(changed)
    argv = [sys.executable, "-I", BOOTSTRAP, tmp_path / "state", tmp_path / "mirror", "cache", "import", changed_file]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert (done.returncode, "manifest.json was altered" in done.stderr) == (5, True)
    assert not (tmp_path / "state").exists()
