"""How long `cache list` looks at 50 GB in 500,000 files: a tree of unpacked wheels and of models, made and removed again.

    .torch-starter/*/tool/bin/python tool/benchmarks/cache_list.py [--gigabytes 50] [--files 500000] [--runs 5] [--folder DIR]

The files are allocated, not written, so that they take their place on the disk and little time. Where the disk has not so much
besides what is to stay free, they are smaller, and that is said. Cold: the kernel's caches of files are dropped before (as root).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FREE = 15 * 10**9  # bytes that stay free
IN_FOLDER, IN_PACKAGE, IN_MODEL = 20, 1500, 10
DROP = Path("/proc/sys/vm/drop_caches")


def main() -> int:
    """Make the tree, measure, remove it."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--gigabytes", type=float, default=50.0)
    words.add_argument("--files", type=int, default=500_000)
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--folder", default=tempfile.gettempdir())
    given = words.parse_args()
    free = shutil.disk_usage(given.folder).free - FREE
    size = min(int(given.gigabytes * 10**9), free)
    if size < given.gigabytes * 10**9:
        print(f"the disk has room for {size / 1e9:.0f} GB: the files are smaller", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="cache-list-", dir=given.folder) as folder:
        home = Path(folder)
        started = time.monotonic()
        make(home, given.files, size)
        print(f"made in {time.monotonic() - started:.0f} s", file=sys.stderr)
        for kind in ("warm", "cold"):
            if kind == "cold" and not os.access(DROP, os.W_OK):
                print("cold: only root can drop the kernel's caches", file=sys.stderr)
                continue
            told(kind, [once(home, kind == "cold") for _ in range(given.runs)])
    return 0


def make(home: Path, files: int, size: int) -> None:
    """Models of ten files with links to them, which take two thirds of the space, and packages of many small files."""
    models = max(1, files // 50 // IN_MODEL)
    for number in range(models):
        repository = home / ".cache" / "huggingface" / "hub" / f"models--org--model-{number}"
        snapshot = repository / "snapshots" / "main"
        for folder in (repository / "blobs", snapshot):
            folder.mkdir(parents=True)
        for file in range(IN_MODEL):
            allocate(repository / "blobs" / f"{file:040x}", size * 2 // 3 // (models * IN_MODEL))
            (snapshot / f"file-{file}").symlink_to(f"../../blobs/{file:040x}")
    left = files - 2 * models * IN_MODEL
    for number in range(-(-left // IN_PACKAGE)):
        package(home / ".cache" / "uv", f"package-{number}", min(IN_PACKAGE, left - number * IN_PACKAGE), size // 3 // left)


def package(cache: Path, name: str, files: int, size: int) -> None:
    """An unpacked wheel, and the link to it."""
    archive, wheels = cache / "archive-v0" / name, cache / "wheels-v8" / "pypi" / name
    wheels.mkdir(parents=True)
    (wheels / "1.0-py3-none-any").symlink_to(f"../../../archive-v0/{name}")
    for number in range(files):
        folder = archive / name / f"part_{number // IN_FOLDER}"
        if number % IN_FOLDER == 0:
            folder.mkdir(parents=True)
        allocate(folder / f"module_{number}.py", size)


def allocate(path: Path, size: int) -> None:
    """A file that takes its place on the disk."""
    handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o644)
    os.posix_fallocate(handle, 0, max(1, size))
    os.close(handle)


def once(home: Path, cold: bool) -> dict[str, float]:
    """One run: what it says, and the seconds that it took from its start to its end."""
    if cold:
        os.sync()
        DROP.write_text("3")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "UV_", "XDG_", "TORCH"))}
    project = home / "project"
    project.mkdir(exist_ok=True)
    shutil.copy(ROOT / "torch-starter.toml", project)
    variables = {**kept, "HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": str(ROOT / "tool" / "src"), "PWD": str(project)}
    started = time.monotonic()
    argv = [sys.executable, "-m", "torch_starter", "cache", "list", "--json"]
    done = subprocess.run(argv, cwd=project, env=variables, capture_output=True, text=True, check=True)
    seconds = time.monotonic() - started
    report = json.loads(done.stdout)
    files = sum(part["files"] for cache in report["caches"] for part in cache["parts"])
    return {"seconds": seconds, "files": files, "size": sum(cache["size"] for cache in report["caches"])}


def told(kind: str, runs: list[dict[str, float]]) -> None:
    """A line of the answer."""
    seconds = sorted(run["seconds"] for run in runs)
    middle = statistics.median(seconds)
    of = f"{runs[0]['files']:,.0f} files, {runs[0]['size'] / 1e9:.1f} GB"
    print(f"{kind}: {middle:.2f} s (median of {len(runs)}, {seconds[0]:.2f} to {seconds[-1]:.2f}), {of}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
