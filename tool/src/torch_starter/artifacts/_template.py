"""Fills the templates beside this file, and says what several of them need of the spec."""

from __future__ import annotations

import json
from pathlib import Path

import jinja2

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
    environment.filters["quoted"] = quoted
    text = (HERE / template).read_text(encoding="utf-8")
    return headed(environment.from_string(text).render(spec=spec, home=HOME, **more), "//" if ".json" in template else "#")


def quoted(value: object) -> str:
    """As JSON, which is also YAML and, with `$` kept, a word of a Dockerfile."""
    return json.dumps(value, ensure_ascii=False)


def volumes(spec: Spec) -> dict[str, str]:
    """Named volume -> where it is in the container."""
    return {cache.volume: cache.container for cache in spec.caches.values()}


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
