"""From the guide's raw ranges to a set that is proven: no lock, no holds, no bounds by CUDA; beside it the plain resolution.

    python tool/benchmarks/raw_ranges.py [--skip-naive]

Packages come from uv's cache where they are there. Everything happens in a clone that is removed afterwards.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from _common import clone, machine, uv

SHOWN = ("torch", "torchvision", "torchaudio", "transformers", "accelerate", "datasets", "numpy", "pyarrow")


def make_raw(project: Path) -> None:
    """Leave the ranges alone: one accelerator without bounds, no lock, nothing held."""
    shutil.rmtree(project / "locks")
    text = (project / "torch-starter.toml").read_text()
    without = re.sub(r"(?ms)^\[accelerators\..*?(?=^\[(?!accelerators)|^# [A-Z][^\n]*\n\[(?!accelerators))", "", text)
    architectures = '["x86_64", "aarch64", "arm64"]'
    (project / "torch-starter.toml").write_text(f"{without}\n[accelerators.cpu]\narchitectures = {architectures}\n")


def naive(project: Path) -> dict[str, Any]:
    """What a resolver alone gives, and what verify-setup says of it."""
    folder = project / ".torch-starter" / "naive"
    python = next(project.glob(".torch-starter/*/tool/bin/python")).resolve()
    subprocess.run([uv(), "venv", "-q", "--seed", "--python", python, folder], check=True)
    argv = [uv(), "pip", "install", "-q", "--python", folder / "bin" / "python", "-r", "pyproject.toml", "--extra", "dev"]
    subprocess.run(argv, check=True, cwd=project)
    content = subprocess.run([uv(), "pip", "check", "--python", folder / "bin" / "python"], capture_output=True, text=True)
    print(f"uv pip install of the raw ranges; uv pip check: {content.stderr.strip().splitlines()[-1]}")
    report = ask(project, "verify-setup", "--python", str(folder / "bin" / "python"))
    shutil.rmtree(folder)
    return report


def ask(project: Path, *words: str) -> dict[str, Any]:
    """The JSON answer of a command; what it says on the way goes to the terminal."""
    done = subprocess.run([project / "dev.sh", *words, "--json"], stdout=subprocess.PIPE, text=True, cwd=project)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--skip-naive", action="store_true")
    words = parser.parse_args()
    print(machine())
    with clone() as project:
        if not words.skip_naive:
            for each in naive(project)["findings"]:
                if each["verdict"] in ("fail", "crash"):
                    print(f"  {each['verdict']} {each['id']}: {each['seen'][:160]}")
        make_raw(project)
        started = time.perf_counter()
        report = ask(project, "lock-update")
        spent = time.perf_counter() - started
        print("\n".join(report["notes"]))
        for each in report["findings"]:
            if each["verdict"] not in ("ok", "skip"):
                print(f"  {each['verdict']} {each['id']}: {each['seen'][:300]}")
        if report["exit_code"] == 0:
            lock = (project / "locks" / "cpu.txt").read_text()
            print("  ".join(re.findall(rf"^(?:{'|'.join(SHOWN)})==[^ ]+", lock, re.MULTILINE)))
            print((project / "locks" / "holds.toml").read_text())
        print(f"exit code {report['exit_code']}, {spent / 60:.1f} minutes")
        for each in report["measurements"]:
            print(f"  {each['name']}: {each['median']} {each['unit']}")
        again = time.perf_counter()
        print(f"once more: exit code {ask(project, 'lock-update')['exit_code']}, {time.perf_counter() - again:.1f} s")


if __name__ == "__main__":
    main()
