"""The certificates that variables point programs to."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.report import Finding, Verdict
from torch_starter.facts.certificates import Bundle, Certificates

TITLE = "certificates are where variables say"


def certificates(evidence: Evidence) -> Iterator[Finding]:
    bundles = evidence.facts[Certificates].bundles
    wrong = {name: judged for name, bundle in bundles.items() if (judged := judge(bundle))[0] != "ok"}
    for name, (verdict, seen) in wrong.items():
        yield Finding(
            id=f"network.certificates.{name}",
            verdict=verdict,
            title=TITLE,
            seen=f"{name}: {seen}",
            wanted="a readable file of certificates in PEM form, or a folder that c_rehash made: nothing else connects",
            remedy=f"unset {name}",
        )
    if not wrong:
        most = max((bundle.certificates for bundle in bundles.values()), default=0)
        seen = f"{len(bundles)} variables, {most} certificates" if bundles else "none is set: each program's own"
        yield Finding(id="network.certificates", verdict="ok", title=TITLE, seen=seen)


def judge(bundle: Bundle) -> tuple[Verdict, str]:
    """What is to be said of one bundle."""
    if bundle.state == "missing":
        return "fail", "it is not there"
    if bundle.state == "unreadable":
        return "fail", "it may not be read"
    if bundle.error:
        return ("warn" if bundle.state == "folder" else "fail"), bundle.error
    if bundle.expired and bundle.expired == bundle.certificates:
        return "fail", f"all {bundle.expired} certificates are expired"
    return "ok", f"{bundle.certificates} certificates"


CHECKS = (
    Check(
        "network.certificates",
        "certificates that variables name",
        "A path that is wrong here ends every download with a message on certificates, or silently trusts none.",
        certificates,
        level="quick",
        found="What SSL_CERT_FILE, REQUESTS_CA_BUNDLE and their like name is loaded, and the dates are read.",
        mend="Unset the variable, or point it to the system's certificates, such as /etc/ssl/certs/ca-certificates.crt.",
        source="The manuals of OpenSSL, requests, pip and uv",
    ),
)
