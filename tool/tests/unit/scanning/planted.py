"""Secrets of every kind, made anew from random letters: none of them is anybody's, and none stands in this repository."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

ALNUM, HEX, CAPITALS = string.ascii_letters + string.digits, "0123456789abcdef", string.ascii_uppercase + string.digits
DASH, BASE64 = "-" * 5, ALNUM + "+/"


@dataclass(frozen=True)
class Planted:
    """A secret, the name of its kind, and a line as people write it, in which it stands for `{}`."""

    kind: str
    secret: str
    line: str = 'token = "{}"'

    @property
    def text(self) -> str:
        return self.line.format(self.secret)


class Maker:
    """Random letters, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def __call__(self, length: int, letters: str = ALNUM) -> str:
        return "".join(self.random.choice(letters) for _ in range(length))

    def encoded(self, text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def planted(seed: int = 1) -> list[Planted]:
    """One of each, or more where a kind has several forms."""
    make = Maker(seed)
    return [*of_models(make), *of_clouds(make), *of_code(make), *of_people(make)]


def of_models(make: Maker) -> Iterator[Planted]:
    """Where models, data and runs are kept, and who answers prompts."""
    yield Planted("hugging-face", "hf_" + make(34))
    yield Planted("wandb", make(40, HEX), 'wandb.login(key="{}")')
    yield Planted("wandb", make(40, HEX), "export WANDB_API_KEY={}")
    yield Planted("wandb", "wandb_v1_" + make(77), "key: {}")
    yield Planted("kaggle", make(32, HEX), '{{"username":"ada","key":"{}"}}')
    yield Planted("kaggle", "KGAT_" + make(32, HEX))
    yield Planted("openai", "sk-" + make(20) + "T3BlbkFJ" + make(20), 'client = OpenAI(api_key="{}")')
    yield Planted("openai", "sk-proj-" + make(74) + "T3BlbkFJ" + make(74), "OPENAI_API_KEY={}")
    yield Planted("anthropic", "sk-ant-" + "api03-" + make(93) + "AA")
    yield Planted("openrouter", "sk-or-" + "v1-" + make(64, HEX))
    yield Planted("groq", "gsk_" + make(52))
    yield Planted("xai", "xai-" + make(80))
    yield Planted("perplexity", "pplx-" + make(48))
    yield Planted("langsmith", "lsv2_" + "pt_" + make(32, HEX) + "_" + make(10, HEX))
    yield Planted("pinecone", "pcsk_" + make(60))
    yield Planted("replicate", "r8_" + make(37))
    yield Planted("nvidia", "nvapi-" + make(64))
    yield Planted("runpod", "rpa_" + make(40, CAPITALS))
    yield Planted("comet", make(25), 'comet_ml.init(api_key="{}")')
    yield Planted("neptune", make.encoded('{"api_address":"https://app.neptune.ai","api_key":"' + make(36, HEX) + '"}'))


def of_clouds(make: Maker) -> Iterator[Planted]:
    """Where machines and data are rented."""
    yield Planted("aws", "AKIA" + make(16, CAPITALS), "aws_access_key_id = {}")
    yield Planted("aws", "ASIA" + make(16, CAPITALS))
    yield Planted("aws-secret", make(40, BASE64), "aws_secret_access_key = {}")
    yield Planted("google", "AIza" + make(35))
    yield Planted("google-account", make(40, HEX), '"type": "service_account", "private_key_id": "{}",')
    yield Planted("azure", make(86, BASE64) + "==", "AccountName=ada;AccountKey={};EndpointSuffix=core.windows.net")
    yield Planted("azure-signature", make(43) + "%3D", "https://ada.blob.core.windows.net/c/f?sv=2024-11-04&se=2027&sp=r&sig={}")
    yield Planted("databricks", "dapi" + make(32, HEX))
    yield Planted("digitalocean", "dop_" + "v1_" + make(64, HEX))
    yield Planted("vault", "hvs." + make(95))
    yield Planted("jwt", f"{make.encoded('{"alg":"HS256"}')}.{make.encoded('{"sub":"ada","n":"' + make(9) + '"}')}.{make(43)}")


def of_code(make: Maker) -> Iterator[Planted]:
    """Where code, packages and images are kept, and where people talk."""
    yield Planted("github", "ghp_" + make(36))
    yield Planted("github", "gho_" + make(36))
    yield Planted("github", "github_" + "pat_" + make(22) + "_" + make(59))
    yield Planted("gitlab", "glpat-" + make(20))
    yield Planted("npm", "npm_" + make(36), "//registry.example.net/:_authToken={}")
    yield Planted("pypi", "pypi-" + "AgE" + make(150), "password = {}")
    yield Planted("docker", "dckr_" + "pat_" + make(27))
    yield Planted("docker-login", make.encoded("ada:" + make(20)), '{{"auths": {{"registry.example.net": {{"auth": "{}"}}}}}}')
    yield Planted("slack", "xoxb-" + make(12, string.digits) + "-" + make(12, string.digits) + "-" + make(24))
    yield Planted("slack-hook", f"T{make(8, CAPITALS)}/B{make(8, CAPITALS)}/{make(24)}", "https://hooks.slack.com/services/{}")
    yield Planted("discord-hook", make(68), "https://discord.com/api/webhooks/" + make(18, "123456789") + "/{}")
    yield Planted("telegram", make(10, "123456789") + ":AA" + make(33))
    yield Planted("stripe", "sk_" + "live_" + make(24))
    yield Planted("sendgrid", "SG." + make(22) + "." + make(43))


def of_people(make: Maker) -> Iterator[Planted]:
    """What people choose or make themselves."""
    body = "\n".join(make(64, BASE64) for _ in range(4))
    yield Planted("private-key", body, f"{DASH}BEGIN OPENSSH PRIVATE KEY{DASH}\n{{}}\n{DASH}END OPENSSH PRIVATE KEY{DASH}")
    yield Planted(
        "private-key", make(300, BASE64), f'"key": "{DASH}BEGIN PRIVATE KEY{DASH}\\n{{}}\\n{DASH}END PRIVATE KEY{DASH}"'
    )
    yield Planted("netrc", make(14), "machine data.example.net.lab login ada password {}")
    yield Planted("address", make(12), 'index = "https://ada:{}@wheels.lab.net/simple"')
    yield Planted("password", make(7, string.ascii_letters) + "7" + make(6) + "!", 'DB_PASSWORD = "{}"')
    yield Planted("password", make(30) + "7", 'headers = {{"api_key": "{}"}}')
