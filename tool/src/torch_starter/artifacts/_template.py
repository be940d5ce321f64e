"""Fills the templates beside this file, and says what several of them need of the spec."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jinja2

from torch_starter.core.problems import WrongSpec
from torch_starter.core.rendered import headed
from torch_starter.core.spec import Spec

HERE = Path(__file__).parent
HOME = "/opt/torch-starter"  # in the image: the environment of the packages, the tool's own, and what is known of them


def fill(template: str, spec: Spec, **more: object) -> str:
    """A template with the spec put into it; what the template does not know of stops it."""
    environment = jinja2.Environment(  # what comes out is no page, so there is nothing to be escaped
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    environment.filters.update(quoted=quoted, compose_text=compose_text)
    text = (HERE / template).read_text(encoding="utf-8")
    return headed(environment.from_string(text).render(spec=spec, home=HOME, **more), "//" if ".json" in template else "#")


def quoted(value: object) -> str:
    """As JSON, which is also YAML."""
    return json.dumps(value, ensure_ascii=False)


def docker_word(value: str) -> str:
    """A word of a Dockerfile in which nothing is replaced; raises WrongSpec for what cannot be written in one line."""
    if any(ord(sign) < 32 for sign in value):
        what = f"{value!r} cannot be written into a Dockerfile"
        raise WrongSpec("spec.control", what, "take the control characters out of torch-starter.toml")
    return '"' + re.sub(r'([\\"$])', r"\\\1", value) + '"'


def compose_text(value: str) -> str:
    """A text of a Compose file in which nothing is replaced."""
    return quoted(value.replace("$", "$$"))


def volumes(spec: Spec) -> dict[str, str]:
    """Named volume -> where it is in the container."""
    return {cache.volume: cache.container for cache in spec.caches.values()}


def folders(spec: Spec) -> list[str]:
    """The folders of the project that volumes land on."""
    return [cache.host.rstrip("/") for cache in spec.caches.values() if not cache.host.startswith(("/", "~"))]


def static_variables(spec: Spec) -> dict[str, str]:
    """What every program in the image is started with, wherever it runs."""
    caches = {cache.variable: cache.container for cache in spec.caches.values() if cache.variable}
    return {**spec.variables, **spec.container.variables, **caches}


def accelerator(spec: Spec) -> str:
    """The build for an image that nobody names another for: the first, which also computes on a CPU."""
    return next(iter(spec.accelerators), "cpu")


def threads(spec: Spec) -> str:
    """How many, where nobody says how many CPUs there are."""
    return (
        str(min(spec.threads.maximum, max(1, int(spec.container.cpus)))) if spec.threads.count == "auto" else spec.threads.count
    )
