"""Rules of files with secrets, of folders of the machine, and of servers that ask for nothing."""

from __future__ import annotations

import pytest

from unit.rules.ruling import Texts, ask, same

TOKEN = "hf_" + "abcdefgh12345678"  # not a real one


def copy(line: str) -> str:
    return f"FROM a:1\n{line}\n"


COPIES: list[tuple[str, Texts]] = [
    ("warn", copy("COPY .env /app/ «")),
    ("warn", copy("COPY config/.env.production . «")),
    ("fail", {"Dockerfile": copy("COPY .env /app/ «"), ".env": f"HF_TOKEN={TOKEN}\n"}),
    ("fail", copy("COPY id_rsa /root/.ssh/ «")),
    ("fail", copy("COPY --chmod=600 keys/id_ed25519 /k «")),
    ("fail", copy("COPY deploy_key /root/.ssh/id_rsa «")),
    ("fail", copy("COPY .ssh /root/.ssh «")),
    ("fail", copy("COPY .ssh/ /root/.ssh/ «")),
    ("fail", copy('COPY ["a", ".kaggle/kaggle.json", "/root/.kaggle/"] «')),
    ("fail", copy("ADD ./kaggle.json /root/.kaggle/kaggle.json «")),
    ("fail", copy("COPY .netrc /root/ «")),
    ("fail", copy("COPY .aws /root/.aws «")),
    ("fail", copy("COPY .aws/credentials /root/.aws/ «")),
    ("fail", copy("ARG KEY=id_rsa\nCOPY ${KEY} /k «")),
    ("fail", copy("COPY pip.conf \\ «\n  .pypirc /root/")),
    ("ok", copy("COPY .env.example .env.sample app.env.py environment.yml /app/")),
    ("ok", copy("COPY .ssh/config .ssh/known_hosts id_rsa.pub /root/.ssh/")),
    ("ok", copy("COPY .docker/entrypoint.sh .aws/config gcloud/ /app/")),
    ("fail", copy("COPY .docker/config.json /root/.docker/ «")),
    ("fail", copy("COPY .kube/config /root/.kube/ «")),
    ("ok", copy("COPY --from=build /root/.ssh/id_rsa /k")),
    ("ok", copy("COPY . /app\nCOPY src tokenizer.json credentials.py /app/")),
    ("ok", copy("COPY <<EOF /a\n.env\nEOF")),
    ("ok", {"Dockerfile": copy("COPY .env /app/"), ".dockerignore": ".env*\n"}),
    ("fail", {"Dockerfile": copy("COPY .netrc /root/ «"), ".dockerignore": ".env*\n"}),
    ("skip", copy("RUN --mount=type=secret,id=netrc,target=/root/.netrc true")),
]


@pytest.mark.parametrize(("verdict", "texts"), COPIES)
def test_a_file_with_secrets_is_not_copied(verdict: str, texts: Texts) -> None:
    assert same("secret-files", verdict, texts)


def mount(text: str, image: str = "build: .") -> str:
    return f"services:\n  a:\n    {image}\n    volumes:\n      - {text}\n"


def dev(line: str) -> str:
    return f'{{\n  "image": "x:1",\n  {line}\n}}\n'


MOUNTS: list[tuple[str, Texts]] = [
    ("fail", mount("/:/host «")),
    ("fail", mount("/:/host:ro «")),
    ("fail", mount("/dev:/dev «")),
    ("fail", mount("/etc/:/etc:ro «")),
    ("fail", mount("//etc:/x «")),
    ("fail", mount("/data/..:/x «")),
    ("fail", mount("{type: bind, source: /proc, target: /p} «")),
    ("fail", mount("/:/host «", "image: x:1")),
    ("warn", mount("/:/rootfs:ro «", "image: prom/node-exporter:v1")),
    ("warn", mount("{type: bind, source: /sys, target: /sys, read_only: true} «", "image: x:1")),
    ("warn", mount("~/.ssh:/home/u/.ssh:ro «")),
    ("warn", mount("$HOME/.aws:/root/.aws «")),
    ("warn", mount("${HOME:?}/.config/gcloud:/root/.config/gcloud «")),
    ("warn", mount("/home/me/.ssh/id_rsa:/k «")),
    ("warn", mount("~/.netrc:/root/.netrc «")),
    ("warn", mount("~:/host «")),
    ("warn", mount("~/.kube/config:/root/.kube/config «")),
    ("warn", mount("/home/me:/host «")),
    ("ok", mount("~/.cache/huggingface:/root/.cache/huggingface")),
    ("ok", mount("~/.ssh/known_hosts:/root/.ssh/known_hosts")),
    ("ok", mount("/etc/localtime:/etc/localtime:ro")),
    ("ok", mount("/dev/shm:/dev/shm")),
    ("ok", mount("/home/me/project:/app")),
    ("ok", mount("etc:/etc")),
    ("ok", mount("./dev:/dev")),
    ("fail", dev('"mounts": ["source=/,target=/host,type=bind"] «')),
    ("fail", dev('"mounts": [{"source": "/dev", "target": "/dev", "type": "bind"}] «')),
    ("fail", dev('"runArgs": ["-v", "/etc:/etc"] «')),
    ("fail", dev('"runArgs": ["--mount=type=bind,source=/etc,target=/e,readonly"] «')),
    ("warn", dev('"runArgs": ["--volume=${localEnv:HOME}/.ssh:/home/u/.ssh"] «')),
    ("warn", dev('"mounts": ["source=${localEnv:HOME}${localEnv:USERPROFILE}/.aws,target=/r,type=bind"] «')),
    ("ok", dev('"workspaceMount": "source=${localWorkspaceFolder},target=/w,type=bind"')),
    ("ok", dev('"mounts": ["source=keys,target=/home/u/.ssh,type=volume"]')),
    ("skip", "FROM a:1\n"),
]


@pytest.mark.parametrize(("verdict", "texts"), MOUNTS)
def test_no_container_has_what_the_machine_keeps(verdict: str, texts: Texts) -> None:
    assert same("host-folders", verdict, texts)


def test_devices_are_given_one_by_one_in_the_words_of_the_file() -> None:
    assert "`devices`" in ask("host-folders", mount("/dev:/dev"))[0].remedy
    assert '"runArgs": ["--device=' in ask("host-folders", dev('"runArgs": ["-v", "/dev:/dev"]'))[0].remedy


LAB = "jupyter lab --ip=0.0.0.0"


def run(text: str, more: str = "") -> str:
    return f"services:\n  a:\n    image: x:1\n{more}    command: {text}\n"


FAR = "    ports: ['8888:8888']\n"
SERVERS: list[tuple[str, Texts]] = [
    ("fail", copy(f"CMD {LAB} --NotebookApp.token='' --allow-root «")),
    ("fail", copy('CMD ["jupyter", "lab", "--ip", "*", "--ServerApp.token="] «')),
    ("fail", copy('CMD ["jupyter-lab", "--ip=::", "--IdentityProvider.token=", "--ServerApp.password="] «')),
    ("fail", copy('ENTRYPOINT ["jupyter", "notebook", "--ip=0.0.0.0"]\nCMD ["--NotebookApp.token", ""] «')),
    ("fail", copy("""CMD ["bash", "-c", "exec jupyter lab --ip 0.0.0.0 --NotebookApp.token=''"] «""")),
    ("fail", copy("CMD uv run jupyter lab --ServerApp.ip=0.0.0.0 --ServerApp.token='' «")),
    ("fail", copy("CMD python -m jupyterlab --ip=0.0.0.0 --token='' «")),
    ("fail", copy("CMD start-notebook.sh --NotebookApp.token='' «")),
    ("fail", run(f"{LAB} --NotebookApp.token='' «", FAR)),
    ("fail", run(f"{LAB} --NotebookApp.token='' «", "    ports: ['80:8888']\n")),
    ("fail", run(f"{LAB} --ServerApp.token= «", "    network_mode: host\n")),
    ("warn", run(f"{LAB} --NotebookApp.token=${{TOKEN:-}} «", "    ports: ['127.0.0.1:8888:8888']\n")),
    ("warn", run(f"{LAB} --IdentityProvider.token='' «")),
    ("warn", dev(f'"postStartCommand": "nohup {LAB} --ServerApp.token=\'\' &" «')),
    ("warn", dev('"postAttachCommand": {"a": ["jupyter", "lab", "--ip=*", "--ServerApp.token="]} «')),
    ("ok", copy(f"CMD {LAB}")),
    ("ok", copy(f"CMD {LAB} --ServerApp.token=$TOKEN")),
    ("ok", copy(f"CMD {LAB} --ServerApp.token='' --ServerApp.password=argon2:x")),
    ("ok", copy("CMD jupyter lab --ip=127.0.0.1 --ServerApp.token=''")),
    ("ok", copy("CMD jupyter lab --ServerApp.password=''")),
    ("ok", copy("CMD serve --ip=0.0.0.0 --token=''")),
    ("ok", copy(f"CMD {LAB} --ServerApp.token=''\nCMD {LAB}")),
    ("ok", run(f"{LAB} --NotebookApp.token=${{TOKEN}}", FAR)),
    ("skip", copy(f"RUN {LAB} --ServerApp.token=''")),
]


@pytest.mark.parametrize(("verdict", "texts"), SERVERS)
def test_a_server_of_notebooks_asks_who_is_there(verdict: str, texts: Texts) -> None:
    assert same("notebook-token", verdict, texts)
