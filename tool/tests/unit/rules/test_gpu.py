"""Rules of GPUs and CUDA."""

from __future__ import annotations

import pytest

from unit.rules.ruling import Texts, same

RESERVED = """services:
  a:
    image: x:1
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia «
              count: all
              capabilities: [gpu]
"""
PLAIN = RESERVED.replace(" «", "")
BASE = "services:\n  a:\n    image: x:1\n"
WHEELS = "https://wheels.example.org/whl"


def dev(*lines: str) -> str:
    return "{\n" + "".join(f"\t{line}\n" for line in lines) + '\t"image": "x:1",\n}\n'


def image(base: str, *lines: str) -> str:
    return f"FROM {base}\nRUN pip install --no-cache-dir torch\n" + "".join(f"{line}\n" for line in lines)


CASES: list[tuple[str, str, Texts]] = [
    ("gpu-reservation", "warn", RESERVED),
    ("gpu-reservation", "warn", "services:\n  a:\n    image: x:1\n    gpus: all «\n"),
    ("gpu-reservation", "warn", {"docker-compose.yml": BASE, "docker-compose.override.yml": RESERVED}),
    (
        "gpu-reservation",
        "fail",
        {"compose.gpu.yaml": RESERVED.replace("capabilities: [gpu]", "device_ids: ['0']").replace("count: all", "x: 1")},
    ),
    (
        "gpu-reservation",
        "fail",
        {"compose.gpu.yaml": RESERVED.replace("count: all", "count: 1\n              device_ids: ['0']")},
    ),
    ("gpu-reservation", "ok", {"compose.yaml": BASE, "compose.gpu.yaml": PLAIN}),
    ("gpu-reservation", "ok", PLAIN.replace("image: x:1", "image: x:1\n    profiles: [gpu]")),
    ("gpu-reservation", "ok", {"docker/nvidia/docker-compose.yml": PLAIN}),
    ("gpu-reservation", "ok", BASE),
    ("gpu-reservation", "skip", "FROM a:1\n"),
    ("gpu-runtime", "warn", "services:\n  a:\n    image: x:1\n    runtime: nvidia «\n"),
    ("gpu-runtime", "warn", dev('"runArgs": ["--runtime=nvidia"], «')),
    ("gpu-runtime", "ok", "services:\n  a:\n    image: x:1\n    runtime: runsc\n"),
    ("gpu-runtime", "skip", "FROM a:1\n"),
    ("devcontainer-gpu", "warn", dev('"runArgs": [', '"--gpus", «', '"all"', "],")),
    ("devcontainer-gpu", "warn", dev('"runArgs": ["--gpus=all"], «')),
    ("devcontainer-gpu", "warn", dev('"hostRequirements": {"gpu": true}, «')),
    ("devcontainer-gpu", "warn", dev('"hostRequirements": {"gpu": {"cores": 1000}}, «')),
    ("devcontainer-gpu", "ok", dev('"hostRequirements": {"gpu": "optional"}, // x')),
    ("devcontainer-gpu", "skip", BASE),
    ("cuda-feature", "warn", dev('"features": {', '"ghcr.io/devcontainers/features/nvidia-cuda:1": {}, «', "},")),
    ("cuda-feature", "ok", dev('"features": {"ghcr.io/devcontainers/features/git:1": {}},')),
    ("cuda-base", "warn", image("nvidia/cuda:12.8.0-cudnn-devel-ubuntu24.04 «")),
    ("cuda-base", "warn", "ARG CUDA=12.8.0-runtime-ubuntu24.04\n" + image("nvidia/cuda:$CUDA AS a «", "FROM a")),
    ("cuda-base", "ok", image("nvidia/cuda:12.8.0-base-ubuntu24.04")),
    ("cuda-base", "ok", image("nvidia/cuda:12.8.0-devel-ubuntu24.04", "RUN pip install flash-attn --no-build-isolation")),
    ("cuda-base", "ok", image("nvidia/cuda:12.8.0-devel-ubuntu24.04", "ENV TORCH_CUDA_ARCH_LIST=9.0")),
    (
        "cuda-base",
        "ok",
        image("nvidia/cuda:12.8.0-devel-ubuntu24.04 AS build") + "FROM ubuntu:24.04\nCOPY --from=build /opt /opt\n",
    ),
    ("cuda-base", "ok", {"Dockerfile": image("nvidia/cuda:12.8.0-devel-ubuntu24.04"), "requirements.txt": "deepspeed\n"}),
    ("cuda-base", "ok", image("python:3.12-slim")),
    ("cuda-base", "skip", "FROM nvidia/cuda:12.8.0-devel-ubuntu24.04\n"),
    ("cuda-compiler", "warn", image("nvidia/cuda:12.8.0-base-ubuntu24.04", "ENV TORCH_CUDA_ARCH_LIST=9.0 «")),
    ("cuda-compiler", "warn", image("nvidia/cuda:12.8.0-cudnn-runtime-ubuntu24.04", "ARG FORCE_CUDA=1 «")),
    ("cuda-compiler", "warn", image("nvidia/cuda:12.8.0-base-ubuntu24.04", "RUN uv pip install flash_attn==2.8 «")),
    (
        "cuda-compiler",
        "warn",
        image("nvidia/cuda:12.8.0-base-ubuntu24.04", "RUN pip install git+https://x.org/NVIDIA/apex.git «"),
    ),
    ("cuda-compiler", "fail", image("nvidia/cuda:12.8.0-runtime-ubuntu24.04", "RUN true && nvcc -o a a.cu «")),
    (
        "cuda-compiler",
        "warn",
        image("nvidia/cuda:12.8.0-base-ubuntu24.04 AS a") + "FROM a\nENV TORCH_CUDA_ARCH_LIST=9.0 «\nFROM a\n",
    ),
    ("cuda-compiler", "ok", image("nvidia/cuda:12.8.0-devel-ubuntu24.04", "ENV TORCH_CUDA_ARCH_LIST=9.0")),
    ("cuda-compiler", "ok", image("nvidia/cuda:12.8.0-base-ubuntu24.04", "RUN pip install transformers gsplatter")),
    (
        "cuda-compiler",
        "ok",
        image("nvidia/cuda:12.8.0-base-ubuntu24.04", "RUN apt-get install -y cuda-nvcc-12-8", "ENV TORCH_CUDA_ARCH_LIST=9.0"),
    ),
    (
        "cuda-compiler",
        "ok",
        image("nvidia/cuda:12.8.0-devel-ubuntu24.04 AS b")
        + image("nvidia/cuda:12.8.0-base-ubuntu24.04", "COPY --from=b /usr/local/cuda /c", "RUN nvcc a.cu"),
    ),
    ("cuda-compiler", "ok", image("python:3.12-slim", "ENV TORCH_CUDA_ARCH_LIST=9.0")),
    ("cuda-compiler", "skip", BASE),
    ("cuda-index", "fail", f"FROM a:1\nRUN true \\\n && pip install torch==2.8.0 --index-url {WHEELS}/cu118 «\n"),
    ("cuda-index", "fail", f"FROM a:1\nRUN uv pip install torch==2.6.0+cu121 --extra-index-url {WHEELS}/cu121 «\n"),
    ("cuda-index", "warn", f"FROM a:1\nRUN pip3 install torch torchvision --index-url {WHEELS}/cu121 «\n"),
    ("cuda-index", "warn", f"FROM a:1\nARG INDEX={WHEELS}/cu118 «\nRUN pip install torch --index-url $INDEX\n"),
    ("cuda-index", "ok", f"FROM a:1\nRUN pip install torch==2.5.1 --index-url {WHEELS}/cu121\n"),
    ("cuda-index", "ok", f"FROM a:1\nRUN pip install torch --index-url {WHEELS}/cu130\n"),
    ("cuda-index", "ok", f"FROM a:1\nRUN pip install torch --index-url {WHEELS}/cpu\n"),
]


@pytest.mark.parametrize(("word", "verdict", "texts"), CASES)
def test_a_gpu(word: str, verdict: str, texts: Texts) -> None:
    assert same(word, verdict, texts)


def test_a_dev_container_names_no_compose_file_that_asks_for_a_gpu() -> None:
    config = '{\n"dockerComposeFile": [\n"../compose.yaml",\n"../compose.gpu.yaml" «\n], "service": "a"}'
    assert same(
        "devcontainer-gpu", "warn", {"compose.yaml": BASE, "compose.gpu.yaml": PLAIN, ".devcontainer/devcontainer.json": config}
    )
