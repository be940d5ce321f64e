# Rendered from torch-starter.toml by ./dev.sh render: edit that, not this. 51220f1576ed
# Four stages, base-deps, python-env, deps-install and final, and two beside them that are built at the same time.
ARG BASE_IMAGE=ubuntu:24.04
ARG UV_IMAGE=ghcr.io/astral-sh/uv:0.13.9

FROM ${UV_IMAGE} AS uv

# The system, the user, and a folder for each volume: a volume takes its owner from what it lands on.
FROM ${BASE_IMAGE} AS base-deps
ARG USER_UID=1000
# the versions are those of the base image's distribution
# hadolint ignore=DL3008
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean \
 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      build-essential \
      ca-certificates \
      curl \
      git \
      htop \
      openssh-client \
      python3.12 \
      python3.12-dev \
      tmux
# Python's own modules too: some images leave their bytecode out, and then every start compiles them
RUN python3.12 -m compileall -q -j 0 -x '/(tests?|lib2to3|(site|dist)-packages)/' \
      "$(python3.12 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
RUN if taken=$(id -un "${USER_UID}" 2>/dev/null) && [ "$taken" != vscode ]; then userdel --remove "$taken"; fi \
 && useradd --create-home --uid "${USER_UID}" --shell /bin/bash vscode \
 && install --directory --owner vscode --group vscode \
      /opt/torch-starter \
      /workspaces/torch_starter \
      /home/vscode/.cache \
      /home/vscode/.cache/huggingface \
      /home/vscode/.cache/torch \
      /home/vscode/.cache/uv \
      /home/vscode/.kaggle \
      /workspaces/torch_starter/data \
 && chmod 700 /home/vscode/.kaggle \
 && git config --system safe.directory /workspaces/torch_starter \
 && ln -s /workspaces/torch_starter/dev.sh /usr/local/bin/torch-starter
# a login shell begins with a PATH of its own, and nobody may have said how many threads
COPY <<'EOF' /etc/profile.d/torch-starter.sh
case $PATH in /opt/torch-starter/venv/bin:*) ;; *) PATH=/opt/torch-starter/venv/bin:$PATH ;; esac
: "${OMP_NUM_THREADS:=$(processors=$(nproc); echo $((processors < 4 ? processors : 4)))}"
: "${MKL_NUM_THREADS:=$OMP_NUM_THREADS}" "${OPENBLAS_NUM_THREADS:=$OMP_NUM_THREADS}" "${NUMEXPR_NUM_THREADS:=$OMP_NUM_THREADS}"
export PATH OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS NUMEXPR_NUM_THREADS
EOF

# An empty environment, outside of the folder that is mounted into the container, which would hide it.
FROM base-deps AS python-env
COPY --from=uv /uv /uvx /usr/local/bin/
ENV UV_PYTHON=python3.12 UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 \
    UV_CONCURRENT_DOWNLOADS=10 UV_HTTP_TIMEOUT=300 \
    TORCH_STARTER_IMAGE=/opt/torch-starter VIRTUAL_ENV=/opt/torch-starter/venv PATH=/opt/torch-starter/venv/bin:$PATH
USER ${USER_UID}
RUN --mount=type=cache,target=/home/vscode/.cache/uv,uid=${USER_UID},gid=${USER_UID} \
    --mount=type=secret,id=uv.toml,target=/etc/uv/uv.toml,mode=0444 \
    uv venv --quiet --seed /opt/torch-starter/envs/image && ln -s envs/image /opt/torch-starter/venv

# The tool's own environment: it never shares one with what it judges.
FROM python-env AS tool-env
RUN --mount=type=cache,target=/home/vscode/.cache/uv,uid=${USER_UID},gid=${USER_UID} \
    --mount=type=secret,id=uv.toml,target=/etc/uv/uv.toml,mode=0444 \
    --mount=type=bind,source=tool/lock.txt,target=/tmp/tool/lock.txt \
    --mount=type=bind,source=tool/src/torch_starter/__init__.py,target=/tmp/tool/__init__.py \
    uv venv --quiet /opt/torch-starter/tool \
 && uv pip install --quiet --python /opt/torch-starter/tool/bin/python --require-hashes -r /tmp/tool/lock.txt \
 && printf '%s\n' /workspaces/torch_starter/tool/src >/opt/torch-starter/tool/lib/python3.12/site-packages/torch_starter.pth \
 && printf %s "/workspaces/torch_starter $(cat /tmp/tool/lock.txt /tmp/tool/__init__.py)" >/opt/torch-starter/tool/key

# The part of the lock that is most of the bytes and changes least.
FROM base-deps AS torch-lock
ARG ACCELERATOR=cu130
RUN --mount=type=bind,source=locks/${ACCELERATOR}.txt,target=/tmp/lock.txt \
    awk '/^[a-z]/ {keep = /^(torch|torchvision|torchaudio|triton)==/ || /^(nvidia|cuda)-/} keep' /tmp/lock.txt >/tmp/torch.txt

# The packages. PyTorch and CUDA come first: while the lock has the same of them, another package leaves their layer as it is.
FROM python-env AS deps-install
ARG ACCELERATOR=cu130
ARG PYTORCH_INDEX=
RUN --mount=type=cache,target=/home/vscode/.cache/uv,uid=${USER_UID},gid=${USER_UID} \
    --mount=type=secret,id=uv.toml,target=/etc/uv/uv.toml,mode=0444 \
    --mount=type=bind,from=torch-lock,source=/tmp/torch.txt,target=/tmp/torch.txt \
    uv pip install --no-deps --require-hashes -r /tmp/torch.txt ${PYTORCH_INDEX:+--index "${PYTORCH_INDEX}"}
RUN --mount=type=cache,target=/home/vscode/.cache/uv,uid=${USER_UID},gid=${USER_UID} \
    --mount=type=secret,id=uv.toml,target=/etc/uv/uv.toml,mode=0444 \
    --mount=type=bind,source=pyproject.toml,target=/tmp/project/pyproject.toml \
    --mount=type=bind,source=locks/${ACCELERATOR}.txt,target=/tmp/project/lock.txt \
    uv pip install --require-hashes -r /tmp/project/pyproject.toml -c /tmp/project/lock.txt --extra dev ${PYTORCH_INDEX:+--index "${PYTORCH_INDEX}"}

# What runs: the environment, the tool, the project's files.
FROM deps-install AS final
COPY --chown=vscode:vscode --from=tool-env /opt/torch-starter/tool /opt/torch-starter/tool
WORKDIR /workspaces/torch_starter
RUN --mount=type=bind,source=tool/src,target=/workspaces/torch_starter/tool/src \
    --mount=type=bind,source=torch-starter.toml,target=/workspaces/torch_starter/torch-starter.toml \
    --mount=type=bind,source=pyproject.toml,target=/workspaces/torch_starter/pyproject.toml \
    --mount=type=bind,source=locks/${ACCELERATOR}.txt,target=/workspaces/torch_starter/locks/${ACCELERATOR}.txt \
    /opt/torch-starter/tool/bin/python -I -m torch_starter setup --adopt --accelerator "${ACCELERATOR}"
ENV PYTHONDONTWRITEBYTECODE="1" \
    PYTHONUNBUFFERED="1" \
    PYTHONFAULTHANDLER="1" \
    PYTHONHASHSEED="random" \
    NVIDIA_VISIBLE_DEVICES="all" \
    NVIDIA_DRIVER_CAPABILITIES="compute,utility" \
    UV_LINK_MODE="copy" \
    HF_HOME="/home/vscode/.cache/huggingface" \
    TORCH_HOME="/home/vscode/.cache/torch" \
    UV_CACHE_DIR="/home/vscode/.cache/uv" \
    KAGGLE_CONFIG_DIR="/home/vscode/.kaggle"
HEALTHCHECK --interval=30s --timeout=10s --start-period=5s \
    CMD ["/opt/torch-starter/venv/bin/python", "-c", "import sys; sys.exit(sys.prefix == sys.base_prefix)"]
CMD ["bash"]
COPY --chown=vscode:vscode . .
