"""Rules of variables, in every kind of file that sets them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.rules.ruling import TORCH, Texts, ask, same


def compose(line: str) -> str:
    return f"services:\n  a:\n    image: x:1\n    environment:\n      {line}\n"


def listed(line: str) -> str:
    return f"services:\n  a:\n    image: x:1\n    environment:\n      - {line}\n"


def dev(line: str) -> str:
    return f'{{\n  // a comment\n  "image": "x:1",\n  "containerEnv": {{\n    {line}\n  }},\n}}\n'


CUDA: list[tuple[str, Texts]] = [
    ("fail", "FROM a:1\nENV A=1 \\\n  # a comment\n  CUDA_VISIBLE_DEVICES=all «\n"),
    ("fail", "FROM a:1\nENV CUDA_VISIBLE_DEVICES all «\n"),
    ("fail", 'FROM a:1\nENV CUDA_VISIBLE_DEVICES="0 1" «\n'),
    ("fail", "ARG CUDA_VISIBLE_DEVICES=all «\nFROM a:1\n"),
    ("fail", compose("CUDA_VISIBLE_DEVICES: all «")),
    ("fail", compose("CUDA_VISIBLE_DEVICES: ${CUDA_VISIBLE_DEVICES:-} «")),
    ("fail", compose("CUDA_VISIBLE_DEVICES: ${GPUS} «")),
    ("fail", listed("CUDA_VISIBLE_DEVICES=${GPUS-all} «")),
    ("fail", dev('"CUDA_VISIBLE_DEVICES": "${localEnv:CUDA_VISIBLE_DEVICES}" «')),
    ("fail", dev('"CUDA_VISIBLE_DEVICES": "all" «')),
    ("fail", {"compose.yaml": "services: {a: {image: x, env_file: a.env}}", "a.env": "# x\nCUDA_VISIBLE_DEVICES=all «\n"}),
    ("fail", {".env": "CUDA_VISIBLE_DEVICES='all' «\n"}),
    ("warn", "FROM a:1\nENV CUDA_VISIBLE_DEVICES= «\n"),
    ("warn", compose('CUDA_VISIBLE_DEVICES: "" «')),
    ("warn", compose("CUDA_VISIBLE_DEVICES: none «")),
    ("ok", "FROM a:1\nENV CUDA_VISIBLE_DEVICES=0,1\n"),
    ("ok", "FROM a:1\nARG GPUS=0\nENV CUDA_VISIBLE_DEVICES=$GPUS\n"),
    ("ok", "FROM a:1\nARG GPUS\nENV CUDA_VISIBLE_DEVICES=$GPUS\n"),
    ("ok", compose("CUDA_VISIBLE_DEVICES:")),
    ("ok", listed("CUDA_VISIBLE_DEVICES")),
    ("ok", compose("CUDA_VISIBLE_DEVICES: ${GPUS:-0}")),
    ("ok", compose("CUDA_VISIBLE_DEVICES: -1")),
    ("ok", compose("NVIDIA_VISIBLE_DEVICES: all")),
    ("skip", "FROM a:1\n"),
    ("fail", '{\n"image": "x:1",\n"runArgs": ["-e", "CUDA_VISIBLE_DEVICES=all"] «\n}'),
]
OTHERS: list[tuple[str, str, Texts]] = [
    ("torch-num-threads", "warn", "FROM a:1\nENV TORCH_NUM_THREADS=8 «\n"),
    ("torch-num-threads", "ok", "FROM a:1\nENV OMP_NUM_THREADS=8\n"),
    ("transformers-cache", "warn", "FROM a:1\nENV HF_HOME=/c \\\n    TRANSFORMERS_CACHE=/c «\n"),
    ("transformers-cache", "warn", compose("PYTORCH_TRANSFORMERS_CACHE: /c «")),
    ("transformers-cache", "ok", "FROM a:1\nENV HF_HOME=/c\n"),
    ("pythonhashseed", "fail", "FROM a:1\nENV PYTHONHASHSEED=yes «\n"),
    ("pythonhashseed", "fail", "FROM a:1\nENV PYTHONHASHSEED=4294967296 «\n"),
    ("pythonhashseed", "ok", "FROM a:1\nENV PYTHONHASHSEED=random\n"),
    ("pythonhashseed", "ok", "FROM a:1\nENV PYTHONHASHSEED=0\n"),
    ("loader-path", "warn", f"{TORCH}ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64:$LD_LIBRARY_PATH «\n"),
    ("loader-path", "warn", f"{TORCH}ENV LD_LIBRARY_PATH=/usr/local/cuda-12.4/targets/x86_64-linux/lib «\n"),
    ("loader-path", "fail", f"{TORCH}ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs «\n"),
    ("loader-path", "ok", f"{TORCH}ENV LD_LIBRARY_PATH=/usr/local/cuda/compat:/opt/mine/lib\n"),
    ("loader-path", "ok", f"{TORCH}RUN pip install onnxruntime-gpu\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64\n"),
    ("loader-path", "skip", "FROM a:1\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64\n"),
    ("driver-capabilities", "fail", f"{TORCH}ENV NVIDIA_DRIVER_CAPABILITIES=utility,graphics «\n"),
    ("driver-capabilities", "ok", f"{TORCH}ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility\n"),
    ("driver-capabilities", "ok", f"{TORCH}ENV NVIDIA_DRIVER_CAPABILITIES=all\n"),
    ("driver-capabilities", "skip", "FROM a:1\nENV NVIDIA_DRIVER_CAPABILITIES=utility\n"),
    ("allocator-options", "fail", "FROM a:1\nENV PYTORCH_CUDA_ALLOC_CONF=max_split_size:128 «\n"),
    ("allocator-options", "fail", compose("PYTORCH_ALLOC_CONF: expandable_segments:true «")),
    ("allocator-options", "warn", "FROM a:1\nENV PYTORCH_CUDA_ALLOC_CONF=max_split_size_mb:128 «\n"),
    ("allocator-options", "ok", {"compose.debug.yaml": compose("PYTORCH_ALLOC_CONF: max_split_size_mb:128")}),
    ("allocator-options", "ok", "FROM a:1\nENV PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True\n"),
    ("allocator-name", "ok", "FROM a:1\nENV PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True\n"),
    (
        "allocator-name",
        "warn",
        "FROM a:1\nENV PYTORCH_CUDA_ALLOC_CONF=backend:native\nENV PYTORCH_ALLOC_CONF=expandable_segments:True «\n",
    ),
    ("threads", "warn", "FROM a:1\nENV OMP_NUM_THREADS=8\nENV MKL_NUM_THREADS=4 «\n"),
    ("threads", "fail", "FROM a:1\nENV OMP_NUM_THREADS=auto «\n"),
    ("threads", "ok", "FROM a:1\nENV OMP_NUM_THREADS=8 MKL_NUM_THREADS=8\n"),
    ("threads", "ok", "FROM a:1 AS x\nENV OMP_NUM_THREADS=8\nFROM a:1\nENV MKL_NUM_THREADS=4\n"),
    ("threads", "ok", compose("OMP_NUM_THREADS: ${THREADS}")),
    ("variable-names", "warn", "FROM a:1\nENV NCCL_SOKET_IFNAME=eth0 «\n"),
    ("variable-names", "warn", compose("CUDA_VISIBLE_DEVICE: 0 «")),
    ("variable-names", "ok", "FROM a:1\nARG NCCL_SOKET_IFNAME=eth0\nENV HF_USER=me MODEL_NAME=x CUDA_VERSION=12\n"),
    ("variable-values", "fail", "FROM a:1\nENV CUDA_DEVICE_ORDER=pci «\n"),
    ("variable-values", "fail", compose("NVIDIA_DRIVER_CAPABILITIES: compute,utilities «")),
    ("variable-values", "ok", "FROM a:1\nENV CUDA_DEVICE_ORDER=PCI_BUS_ID UV_PYTHON_DOWNLOADS=0 NCCL_DEBUG=$LEVEL\n"),
    ("slow-variables", "warn", "FROM a:1\nENV CUDA_LAUNCH_BLOCKING=1 «\n"),
    ("slow-variables", "ok", {"docker-compose.override.yml": compose('CUDA_LAUNCH_BLOCKING: "1"')}),
    ("slow-variables", "ok", "FROM a:1\nENV CUDA_LAUNCH_BLOCKING=0\n"),
]


@pytest.mark.parametrize(("verdict", "texts"), CUDA)
def test_gpus_that_are_hidden(verdict: str, texts: Texts) -> None:
    assert same("cuda-visible-devices", verdict, texts)


@pytest.mark.parametrize(("word", "verdict", "texts"), OTHERS)
def test_a_variable(word: str, verdict: str, texts: Texts) -> None:
    assert same(word, verdict, texts)


def test_a_container_gets_the_variables_of_its_image() -> None:
    service = "services:\n  a:\n    build: .\n    environment:\n      MKL_NUM_THREADS: 2 «\n"
    assert same("threads", "warn", {"Dockerfile": "FROM a:1\nENV OMP_NUM_THREADS=4\n", "compose.yaml": service})
    assert same(
        "threads", "ok", {"Dockerfile": "FROM a:1\nENV OMP_NUM_THREADS=4\n", "compose.yaml": service.replace(": 2 «", ": 4")}
    )


def test_a_variable_of_arguments_is_said_to_stand_there() -> None:
    (found,) = ask("torch-num-threads", '{"image": "x:1", "runArgs": ["-e", "TORCH_NUM_THREADS=8"]}')
    assert found.remedy.endswith("take TORCH_NUM_THREADS out of runArgs")
    both = '{\n"image": "x:1",\n"containerEnv": {"OMP_NUM_THREADS": "8"},\n"runArgs": ["--env=MKL_NUM_THREADS=4"] «\n}'
    assert same("threads", "warn", both)


def test_what_is_harmless_is_said_and_is_no_warning() -> None:
    assert "changes nothing" in ask("pythonhashseed", "FROM a:1\nENV PYTHONHASHSEED=random\n")[0].seen
    assert (
        "is called PYTORCH_ALLOC_CONF" in ask("allocator-name", "FROM a:1\nENV PYTORCH_CUDA_ALLOC_CONF=backend:native\n")[0].seen
    )


@given(st.lists(st.sampled_from(["0", "1", "7", "GPU-0a1b2c3d", "MIG-1f"]), min_size=1))
def test_a_list_of_gpus_hides_none(words: list[str]) -> None:
    assert same("cuda-visible-devices", "ok", f"FROM a:1\nENV CUDA_VISIBLE_DEVICES={','.join(words)}\n")
