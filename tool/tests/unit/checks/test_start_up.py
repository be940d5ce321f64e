from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from torch_starter.checks import interpreter
from torch_starter.checks.start_up import CHECKS, PROBE
from torch_starter.core.evidence import Distribution, Evidence, Installed
from torch_starter.core.probing import Answer
from torch_starter.core.report import Finding
from torch_starter.testing import evidence, findings

BY_ID = {check.id: check for check in (*CHECKS, *interpreter.CHECKS)}
SITE = "/env/lib/python3.12/site-packages"
MINE = {"file": f"{SITE}/mine.pth", "line": "import mine", "owner": ""}
OWNED = {"file": f"{SITE}/a1_coverage.pth", "line": "import x", "owner": "coverage"}
KNOWN = {"file": f"{SITE}/_virtualenv.pth", "line": "import _virtualenv", "owner": ""}
PTH_ERROR = f"""Error processing line 2 of {SITE}/a1_coverage.pth:

  Traceback (most recent call last):
    File "<frozen site>", line 201, in addpackage
    File "<string>", line 1, in <module>
  ValueError: x

Remainder of file ignored
"""
CUSTOMIZE_ERROR = "Error in sitecustomize; set PYTHONVERBOSE for traceback:\nKeyError: 'boo'\n"


def given(noise: str = "", system: bool = False, **found: list[dict[str, str]]) -> Evidence:
    value: dict[str, Any] = {"modules": [], "lines": [], "absent": [], **found}
    made = evidence(installed={"coverage": "7.1"}, answers=[Answer(PROBE, "ok", value)], start_noise=noise, ours=False)
    prefix = made.interpreter.base_prefix if system else "/env"
    return replace(made, interpreter=msgspec.structs.replace(made.interpreter, prefix=prefix))


def finding(id: str, evidence: Evidence) -> Finding:
    (found,) = findings(BY_ID[id], evidence)
    return found


@pytest.mark.parametrize(
    ("evidence", "verdict", "seen"),
    [
        (given(), "ok", "nothing"),
        (given(lines=[OWNED, KNOWN]), "ok", "a1_coverage.pth (coverage), _virtualenv.pth (its own)"),
        (given(lines=[MINE]), "warn", f"{SITE}/mine.pth: no package has brought it"),
        (given(lines=[MINE], system=True), "ok", "mine.pth (its own)"),
        (given(modules=[{"name": "sitecustomize", "file": f"{SITE}/sitecustomize.py", "owner": ""}]), "warn", "sitecustomize.py"),
        (given(modules=[{"name": "sitecustomize", "file": "/etc/sitecustomize.py", "owner": ""}]), "ok", "sitecustomize.py"),
        (given(modules=[{"name": "sitecustomize", "file": "/usr/sitecustomize.py", "owner": "the interpreter"}]), "ok", ""),
        (given("hello\n", lines=[MINE]), "skip", "see python.start"),
        (given(absent=[{"file": f"{SITE}/x.pth", "path": "/gone", "owner": ""}]), "warn", f"{SITE}/x.pth adds /gone"),
        (given(absent=[{"file": f"{SITE}/x.pth", "path": "/gone", "owner": "mine"}]), "fail", f"{SITE}/x.pth adds /gone"),
        (given(PTH_ERROR, lines=[OWNED]), "fail", f"{SITE}/a1_coverage.pth:2 raises ValueError: x"),
        (given(CUSTOMIZE_ERROR), "fail", "sitecustomize.py raises KeyError: 'boo'"),
    ],
)
def test_what_runs_at_start(evidence: Evidence, verdict: str, seen: str) -> None:
    found = finding("python.customize", evidence)
    assert (found.verdict, seen in found.seen) == (verdict, True)
    assert verdict in ("ok", "skip") or found.remedy


def test_what_raises_is_installed_again_or_put_aside() -> None:
    assert finding("python.customize", given(PTH_ERROR, lines=[OWNED])).remedy.endswith("'coverage==7.1'")
    module = {"name": "sitecustomize", "file": "/x y/sitecustomize.py", "owner": ""}
    assert finding("python.customize", given(CUSTOMIZE_ERROR, modules=[module])).remedy == (
        "mv '/x y/sitecustomize.py' '/x y/sitecustomize.py'.off"
    )


def test_without_an_answer_it_could_not_be_looked_at() -> None:
    assert finding("python.customize", evidence()).verdict == "unknown"


@pytest.mark.parametrize(
    ("evidence", "verdict", "seen", "remedy"),
    [
        (given(lines=[MINE]), "ok", "", ""),
        (given("hello\n"), "warn", "it printed: hello", "python -c pass"),
        (given("hello\n", lines=[OWNED, MINE]), "warn", f"hello, likely in {SITE}/mine.pth", f"mv {SITE}/mine.pth"),
        (given(PTH_ERROR), "skip", "see python.customize", ""),
        (given("ERROR: ld.so: object '/x' from LD_PRELOAD cannot be preloaded: ignored.\n"), "ok", "", ""),
        (replace(given("import x\n"), variables={"PYTHONVERBOSE": "1"}), "warn", "it printed", "unset PYTHONVERBOSE"),
    ],
)
def test_what_is_printed_at_start(evidence: Evidence, verdict: str, seen: str, remedy: str) -> None:
    found = finding("python.start", evidence)
    assert (found.verdict, seen in found.seen, remedy in found.remedy) == (verdict, True, True)


def shadowing(folder: str, module: str, origin: str = "", metadata: str = "") -> Finding:
    distribution = Distribution("1", modules=("mine",), origin=origin, metadata=metadata)
    return finding("python.shadow", evidence(installed={"mine": distribution}, folders={folder: (module,)}))


def test_a_module_of_ones_own_hides_another() -> None:
    found = shadowing("/home/me", "random.py")
    assert (found.verdict, found.remedy) == ("fail", "mv /home/me/random.py /home/me/random_of_mine.py")
    assert "hides the module random of the standard library" in found.seen
    assert shadowing("/home/me", "mine/").seen == "/home/me/mine/ hides the module mine of mine"
    assert finding("python.shadow", evidence()).verdict == "ok"


@pytest.mark.parametrize(
    ("origin", "metadata", "verdict"),
    [
        ("/home/me", f"{SITE}/mine-1.dist-info", "ok"),
        ("/home", f"{SITE}/mine-1.dist-info", "ok"),
        ("", "/home/me/mine.egg-info", "ok"),
        ("/elsewhere", f"{SITE}/mine-1.dist-info", "fail"),
    ],
)
def test_a_package_that_is_developed_there_hides_nothing(origin: str, metadata: str, verdict: str) -> None:
    assert shadowing("/home/me", "mine", origin, metadata).verdict == verdict


@pytest.mark.parametrize(
    ("user_site", "prefix", "metadata", "verdict"),
    [
        ("", "/env", f"{SITE}/numpy-1.dist-info", "ok"),
        ("/home/me/site", "/env", f"{SITE}/numpy-1.dist-info", "ok"),
        ("/home/me/site", "/env", "/home/me/site/numpy-1.dist-info", "warn"),
        ("/home/me/site", "/usr", "/home/me/site/numpy-1.dist-info", "ok"),
    ],
)
def test_the_users_site(user_site: str, prefix: str, metadata: str, verdict: str) -> None:
    made = evidence(installed=Installed({"numpy": Distribution("1", metadata=metadata)}, hidden={"numpy": ("/other",)}))
    changed = msgspec.structs.replace(made.interpreter, user_site=user_site, prefix=prefix)
    assert finding("python.user-site", replace(made, interpreter=changed)).verdict == verdict


@pytest.mark.parametrize(("active", "ours", "verdict"), [("", True, "ok"), ("/x", True, "warn"), ("/x", False, "ok")])
def test_another_environment_is_active(active: str, ours: bool, verdict: str) -> None:
    made = evidence(ours=ours)
    found = finding("python.prefix", replace(made, interpreter=msgspec.structs.replace(made.interpreter, active=active)))
    assert (found.verdict, bool(found.remedy)) == (verdict, verdict == "warn")
