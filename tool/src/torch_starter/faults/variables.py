"""Variables with a wrong value, or a wrong name."""

from __future__ import annotations

from collections.abc import Callable

from torch_starter.core.kinds import Fault
from torch_starter.core.victim import Victim


def setting(**values: str) -> Callable[[Victim], None]:
    """The fault of variables."""

    def put(victim: Victim) -> None:
        victim.variables.update(values)

    return put


WARN = ("warn", "fail")
FAULTS = (
    Fault(
        "variables.threads", "OMP_NUM_THREADS is no number", "variables.threads", setting(OMP_NUM_THREADS="abc"), WARN, "quick"
    ),
    Fault(
        "variables.hidden-gpus",
        "CUDA_VISIBLE_DEVICES is a word",
        "variables.cuda-visible-devices",
        setting(CUDA_VISIBLE_DEVICES="all"),
        WARN,
        "quick",
    ),
    Fault(
        "variables.mistyped",
        "a letter is missing in PYTORCH_CUDA_ALLOC_CONF",
        "variables.names.PYTORCH_CUDA_ALOC_CONF",
        setting(PYTORCH_CUDA_ALOC_CONF="max_split_size_mb:128"),
        WARN,
        "quick",
    ),
    Fault("variables.underscore", "HF_HOME without its line", "variables.names.HFHOME", setting(HFHOME="/data"), WARN, "quick"),
    Fault(
        "variables.old-name",
        "TRANSFORMERS_CACHE, which splits the cache",
        "variables.transformers-cache",
        setting(TRANSFORMERS_CACHE="/data/models"),
        WARN,
        "quick",
    ),
    Fault(
        "variables.interface",
        "GLOO_SOCKET_IFNAME names no interface",
        "variables.interfaces.GLOO_SOCKET_IFNAME",
        setting(GLOO_SOCKET_IFNAME="nowhere0"),
        WARN,
    ),
    Fault(
        "variables.endpoint",
        "the hub is asked without encryption",
        "network.endpoints.HF_ENDPOINT",
        setting(HF_ENDPOINT="http://hub.example.org"),
        WARN,
        "quick",
    ),
    Fault(
        "variables.proxy",
        "a proxy that is no address",
        "network.proxy.HTTPS_PROXY",
        setting(HTTPS_PROXY="://proxy:port"),
        WARN,
        "quick",
    ),
    Fault(
        "variables.certificates",
        "certificates that are not there",
        "network.certificates.SSL_CERT_FILE",
        setting(SSL_CERT_FILE="/nowhere/ca.pem"),
        WARN,
        "quick",
    ),
)
