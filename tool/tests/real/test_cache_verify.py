"""`cache verify` on the caches of real tools, with damage that tests put into them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from real._powerless import needs_root, shut, without_powers
from real._sandbox import Sandbox, verdicts


def archive(sandbox: Sandbox, name: str) -> Path:
    """The unpacked wheel of a package in uv's cache."""
    return next((sandbox.folder / "uv-cache").glob(f"archive-v*/*/{name}-*.dist-info")).parent


def seen(report: dict[str, list[dict[str, str]]], id: str) -> str:
    return next(each["seen"] for each in report["findings"] if each["id"] == id)


def blob(hub: Path, content: bytes, large: bool, name: str = "tiny") -> Path:
    """A blob of a repository, as the hub's cache keeps it, with a link from a snapshot."""
    hash = hashlib.sha256(content).hexdigest() if large else hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    path = hub / f"models--org--{name}" / "blobs" / hash
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    link = hub / f"models--org--{name}" / "snapshots" / "0" / hash[:4]
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(f"../../blobs/{hash}")
    return path


def test_a_file_that_was_edited_in_an_environment_is_found_in_the_cache(ready: Sandbox) -> None:
    assert ready.json("cache", "verify", "--only", "uv")["exit_code"] == 0
    linked = archive(ready, "alpha") / "alpha.py"
    linked.write_text("x = 2\n")
    report = ready.json("cache", "verify", "--only", "uv")
    assert (report["exit_code"], verdicts(report)["uv.alpha-1.0"], verdicts(report)["uv"]) == (1, "fail", "ok")
    assert "alpha.py: other contents" in seen(report, "uv.alpha-1.0")


def test_what_is_removed_is_fetched_anew(ready: Sandbox) -> None:
    (archive(ready, "alpha") / "alpha.py").unlink()
    dry = ready.json("cache", "verify", "--only", "uv", "--fix", "--dry-run")
    assert (dry["exit_code"], [each["now"] for each in dry["changes"]]) == (1, ["would be removed"])
    fixed = ready.json("cache", "verify", "--only", "uv", "--fix")
    assert (fixed["exit_code"], verdicts(fixed)["uv.alpha-1.0"]) == (0, "warn")
    assert ready.json("cache", "warm", "--only", "packages")["exit_code"] == 0
    assert (archive(ready, "alpha") / "alpha.py").read_text() == "x = 1\n"
    assert ready.json("cache", "verify", "--only", "uv")["exit_code"] == 0


def test_blobs_are_held_against_their_names(sandbox: Sandbox) -> None:
    hub = sandbox.home / ".cache" / "huggingface" / "hub"
    small, large = blob(hub, b"small", large=False), blob(hub, b"large" * 1000, large=True)
    (small.parent / f"{small.name}.incomplete").write_bytes(b"sm")
    assert sandbox.json("cache", "verify", "--only", "huggingface")["exit_code"] == 0
    large.write_bytes(b"Large" * 1000)
    report = sandbox.json("cache", "verify", "--only", "huggingface")
    assert (report["exit_code"], verdicts(report)) == (1, {"huggingface.org/tiny": "fail"})
    fixed = sandbox.json("cache", "verify", "--only", "huggingface", "--fix")
    assert (fixed["exit_code"], small.exists(), large.exists()) == (0, True, False)


def test_weights_of_torch_hub_have_the_beginning_of_their_hash_in_their_names(sandbox: Sandbox) -> None:
    folder = sandbox.home / ".cache" / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    good = hashlib.sha256(b"weights").hexdigest()[:8]
    for name in (f"resnet18-{good}.pth", "dated-20240101.pth", "plain.pth"):
        (folder / name).write_bytes(b"weights")
    assert sandbox.json("cache", "verify", "--only", "torch-hub")["exit_code"] == 0
    (folder / f"resnet18-{good}.pth").write_bytes(b"other")
    assert sandbox.json("cache", "verify", "--only", "torch-hub")["exit_code"] == 1


def test_nothing_through_a_link_out_of_the_cache_is_removed(sandbox: Sandbox) -> None:
    """The damaged file lies behind a link: it is told, and stays."""
    outside = sandbox.folder / "outside"
    hub = sandbox.home / ".cache" / "huggingface" / "hub"
    victim = blob(sandbox.folder, b"content", large=True)
    victim.parent.rename(outside)
    (hub / "models--org--tiny").mkdir(parents=True)
    (hub / "models--org--tiny" / "blobs").symlink_to(outside)
    (outside / victim.name).write_bytes(b"changed")
    sandbox.json("cache", "verify", "--only", "huggingface", "--fix")
    assert (outside / victim.name).read_bytes() == b"changed"


def test_a_cache_that_is_not_known_or_is_a_file(sandbox: Sandbox) -> None:
    report = sandbox.json("cache", "verify", "--only", "hugingface")
    assert (report["exit_code"], report["problem"]["remedy"]) == (2, "did you mean huggingface?")
    hub = sandbox.home / ".cache" / "huggingface"
    hub.mkdir(parents=True)
    (hub / "hub").write_text("a file\n")
    report = sandbox.json("cache", "verify", "--only", "huggingface")
    assert (report["exit_code"], verdicts(report)["huggingface"]) == (3, "unknown")


@needs_root
def test_what_may_not_be_read_is_not_said_to_hold(sandbox: Sandbox) -> None:
    hub = sandbox.home / ".cache" / "huggingface" / "hub"
    blob(hub, b"good", large=True)
    theirs = blob(hub, b"good once", large=True, name="theirs")
    theirs.write_bytes(b"damaged")
    verify = ("cache", "verify", "--only", "huggingface")
    theirs.parent.chmod(0o600)  # its names may be listed, and no more
    report = without_powers(sandbox, *verify)
    assert (report["exit_code"], verdicts(report)) == (3, {"huggingface": "ok", "huggingface.org/theirs": "unknown"})
    shut(theirs.parent.parent)
    report = without_powers(sandbox, *verify)
    id = "huggingface.models--org--theirs.blobs"
    assert (report["exit_code"], verdicts(report)) == (3, {"huggingface": "ok", id: "unknown"})
    assert seen(report, id) == f"{theirs.parent} cannot be looked into: Permission denied"
    shut(hub)
    report = without_powers(sandbox, *verify)
    assert (report["exit_code"], verdicts(report)) == (3, {"huggingface": "unknown"})


@needs_root
def test_an_unpacked_wheel_that_may_not_be_read_is_not_skipped(ready: Sandbox) -> None:
    shut(archive(ready, "alpha"))
    report = without_powers(ready, "cache", "verify", "--only", "uv")
    assert report["exit_code"] == 3
    assert "unknown" in verdicts(report).values()
