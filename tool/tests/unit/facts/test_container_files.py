"""Finding container files in folders as they are: links, pipes, odd names, and too much of everything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from torch_starter.facts.container_files import CROWDED, DEEPEST, LARGEST, Found, look, look_at, read_more


def found(folder: Path) -> Found:
    return look(folder, lambda name: name.rpartition("/")[2].startswith("Dockerfile"))


def write(path: Path, text: str | bytes = "FROM a\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def why(seen: Found) -> dict[str, str]:
    return {each.place.file: each.why for each in seen.unread}


def test_files_are_found_below_and_what_tools_keep_is_left_out(tmp_path: Path) -> None:
    for name in ("Dockerfile", "a/b/Dockerfile.gpu", ".devcontainer/Dockerfile", "other.txt"):
        write(tmp_path / name)
    for name in (".git", ".venv", "node_modules", "lib/site-packages", ".torch-starter", "venv/lib"):
        write(tmp_path / name / "Dockerfile")
    write(tmp_path / "venv" / "pyvenv.cfg", "")
    seen = found(tmp_path)
    assert list(seen.texts) == ["Dockerfile", ".devcontainer/Dockerfile", "a/b/Dockerfile.gpu"]
    assert seen.unread == []


def test_modes_are_told(tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile").chmod(0o640)
    assert found(tmp_path).modes == {"Dockerfile": "640"}


def test_links_inside_are_followed_and_those_that_lead_out_are_told(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "Dockerfile")
    folder = tmp_path / "project"
    write(folder / "real" / "Dockerfile")
    (folder / "Dockerfile.in").symlink_to("real/Dockerfile")
    (folder / "Dockerfile.out").symlink_to(outside)
    (folder / "Dockerfile.none").symlink_to("nowhere")
    (folder / "circle").symlink_to(".")
    seen = found(folder)
    assert sorted(seen.texts) == ["Dockerfile.in", "real/Dockerfile"]
    told = why(seen)
    assert told["Dockerfile.out"] == "it is a link that leads out of the folder"
    assert told["Dockerfile.none"].startswith("it cannot be read: ")


def test_a_folder_that_is_itself_a_link_is_looked_into(tmp_path: Path) -> None:
    write(tmp_path / "real" / "Dockerfile")
    (tmp_path / "link").symlink_to("real")
    assert list(found(tmp_path / "link").texts) == ["Dockerfile"]


def test_what_is_no_text_is_told_and_nothing_waits_for_a_pipe(tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile.binary", b"FROM\0a")
    write(tmp_path / "Dockerfile.large", b"#" * (LARGEST + 1))
    write(tmp_path / "Dockerfile.latin", "FROM ü\n".encode("latin-1"))
    os.mkfifo(tmp_path / "Dockerfile.pipe")
    (tmp_path / "Dockerfile.folder").mkdir()
    seen = found(tmp_path)
    assert seen.texts == {"Dockerfile.latin": "FROM \ufffd\n"}
    assert why(seen) == {
        "Dockerfile.binary": "it is no text",
        "Dockerfile.large": "it is larger than 250 kB",
        "Dockerfile.pipe": "it is no file",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile").chmod(0)
    write(tmp_path / "closed" / "Dockerfile").parent.chmod(0)
    told = why(found(tmp_path))
    (tmp_path / "closed").chmod(0o755)
    assert set(told) == {"Dockerfile", "closed/"}


def test_names_are_made_printable(tmp_path: Path) -> None:
    write(tmp_path / "Dockerfile.\x1b[31m\n")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/Dockerfile.\xff")).write_text("FROM a\n")
    assert sorted(found(tmp_path).texts) == ["Dockerfile.\\x1b[31m\\n", "Dockerfile.\\xff"]


def test_neither_depth_nor_width_takes_for_ever(tmp_path: Path) -> None:
    write(tmp_path / "/".join("d" * DEEPEST) / "Dockerfile")
    write(tmp_path / "/".join("d" * (DEEPEST + 1)) / "Dockerfile")
    for number in range(CROWDED):
        (tmp_path / "data" / str(number)).mkdir(parents=True)
    write(tmp_path / "data" / "0" / "Dockerfile")
    write(tmp_path / "data" / "Dockerfile")
    assert sorted(found(tmp_path).texts) == ["d/d/d/d/d/d/d/d/Dockerfile", "data/Dockerfile"]


def test_one_file_and_those_that_it_names(tmp_path: Path) -> None:
    seen = look_at(write(tmp_path / "Dockerfile"))
    assert list(seen.texts) == ["Dockerfile"]
    write(tmp_path / "a.env", "A=1\n")
    (tmp_path / "out.env").symlink_to("/etc/passwd")
    read_more(seen, ["a.env", "none.env", "out.env"])
    assert list(seen.texts) == ["Dockerfile", "a.env"]
    assert set(why(seen)) == {"out.env"}
