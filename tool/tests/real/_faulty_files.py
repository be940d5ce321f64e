"""Container files with many faults, what is to be said of them, and the advice that the guide came with."""

from __future__ import annotations

TOKEN = "hf_" + "abcdefgh12345678"  # not a real one
WHEELS = "https://wheels.example.org/whl"
FAULTY = {
    "Dockerfile": f"""\
FROM nvidia/cuda:12.1.0-cudnn8-devel-ubuntu22.04
ARG HF_TOKEN
ENV CUDA_VISIBLE_DEVICES=all \\
    # what a comment inside is
    TORCH_NUM_THREADS=8 \\
    PYTHONHASHSEED=seed
ENV PYTORCH_CUDA_ALLOC_CONF max_split_size_mb:128
RUN apt-get update
RUN apt-get install -y \\
    git python3-pip
COPY . .
RUN <<EOF
set -e
pip install torch==2.8.0 --index-url {WHEELS}/cu118
EOF
RUN curl -LsSf https://astral.sh/uv/install.sh | sh
ENV NCCL_SOKET_IFNAME=eth0 CUDA_LAUNCH_BLOCKING=1
COPY kaggle.json /root/.kaggle/
RUN chmod -R 777 /root
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--ServerApp.token="]
""",
    "compose.yaml": """\
version: "3.8"
services:
  train:
    build: .
    privileged: true
    cap_add: [SYS_ADMIN]
    environment:
      CUDA_VISIBLE_DEVICES: ${CUDA_VISIBLE_DEVICES:-}
    env_file: secret.env
    ports:
      - "8888:8888"
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
      - /etc:/host/etc
    deploy:
      resources:
        limits: {memory: 8gb, pids: 4096}
        reservations:
          devices:
            - capabilities: [gpu]
""",
    ".devcontainer/devcontainer.json": """\
// with comments
{
\t"image": "mcr.microsoft.com/devcontainers/python:3.12", /* and tabs */
\t"runArgs": [
\t\t"--gpus", "all",
\t],
\t"remoteUser": "root",
\t"extensions": [],
}
""",
    "secret.env": f"# credentials\nHF_TOKEN={TOKEN}\n",
    "broken/docker-compose.yml": "services:\n  a: [\n",
}
WRONG = {
    "fail": {
        "files.capabilities compose.yaml:6",
        "files.cuda-index Dockerfile:14",
        "files.cuda-visible-devices Dockerfile:3",
        "files.cuda-visible-devices compose.yaml:8",
        "files.engine-socket compose.yaml:13",
        "files.env-file-mode secret.env",
        "files.host-folders compose.yaml:14",
        "files.notebook-token Dockerfile:20",
        "files.privileged compose.yaml:5",
        "files.pythonhashseed Dockerfile:6",
        "files.secret-files Dockerfile:18",
    },
    "warn": {
        "files.allocator-options Dockerfile:7",
        "files.apt-lists Dockerfile:8",
        "files.apt-update Dockerfile:9",
        "files.cache-mount Dockerfile:14",
        "files.compose-version compose.yaml:1",
        "files.copy-order Dockerfile:11",
        "files.cuda-base Dockerfile:1",
        "files.devcontainer-gpu .devcontainer/devcontainer.json:5",
        "files.dockerignore Dockerfile:11",
        "files.devcontainer-words .devcontainer/devcontainer.json:8",
        "files.gpu-reservation compose.yaml:20",
        "files.healthcheck compose.yaml:3",
        "files.no-new-privileges compose.yaml:3",
        "files.open-rights Dockerfile:19",
        "files.piped-shell Dockerfile:16",
        "files.ports compose.yaml:11",
        "files.secrets Dockerfile:2",
        "files.shared-memory compose.yaml:3",
        "files.slow-variables Dockerfile:17",
        "files.torch-num-threads Dockerfile:5",
        "files.user .devcontainer/devcontainer.json:7",
        "files.user Dockerfile:1",
        "files.variable-names Dockerfile:17",
    },
    "unknown": {"files.readable broken/docker-compose.yml:2"},
}
# what the guide advised for containers, as one would write it down
ADVICE = """\
services:
  dev:
    image: mcr.microsoft.com/vscode/devcontainers/base:ubuntu-24.04
    cap_add: [SYS_PTRACE, SYS_ADMIN]
    security_opt:
      - seccomp:unconfined
      - apparmor:unconfined
    environment:
      PYTHONHASHSEED: random
      CUDA_VISIBLE_DEVICES: all
      TORCH_NUM_THREADS: 4
      OMP_NUM_THREADS: 4
      MKL_NUM_THREADS: 4
      PYTORCH_CUDA_ALLOC_CONF: max_split_size_mb:128
      HF_HOME: /home/vscode/.cache/huggingface
      TRANSFORMERS_CACHE: /home/vscode/.cache/huggingface
      UV_LINK_MODE: copy
"""
