"""What installs, searches, carries and audits keeps no secret: an index asks for a password, and packages tell what they see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from real import _shelf, _shop
from real._advised import Service, advisory, serving
from real._sandbox import Sandbox
from real.test_secrets import fresh

TOLD = """
import os, sys
sys.stderr.write("asked with HF_TOKEN=%s\\n" % os.environ.get("HF_TOKEN"))
raise RuntimeError("no model for " + os.environ.get("HF_TOKEN", "") + " at " + os.environ.get("PIP_INDEX_URL", ""))
"""
REFUSES = "import os, sys\nsys.exit('refused: ' + os.environ['WANDB_API_KEY'])\n"
HELD = {"uv.toml", ".env", "torch-starter.toml"}  # where they were put
LOGIN = "ada:{index}"


class Told:
    """What commands said in a shop, and where a secret was seen."""

    def __init__(self, shop: _shop.Shop, secrets: dict[str, str]) -> None:
        self.shop, self.secrets = shop, secrets
        self.said: dict[str, str] = {}

    def __call__(self, *words: str) -> int:
        code, out, err = self.shop.run(*words)
        assert code in (0, 1, 2, 3, 4, 5), (words, out, err)
        key = f"{len(self.said)}: {' '.join(words)}"
        self.said[key] = out + err
        print(key, code, out, err)  # pytest shows it where the test fails
        return code

    def shown(self) -> Iterator[str]:
        for name, secret in self.secrets.items():
            yield from (f"{name} in the output of {words}" for words, text in self.said.items() if secret in text)
            yield from (f"{name} in {path}" for path in self.left() if secret.encode() in path.read_bytes())

    def left(self) -> Iterator[Path]:
        """All files but those that uv keeps for itself. What is in a bundle is stored there as it is."""
        for folder in (self.shop.root, self.shop.home):
            paths = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
            yield from (path for path in paths if path.name not in HELD)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    """A shop whose index asks for a password, with secrets in its variables and files."""
    with _shelf.served(_shelf.Shelf(tmp_path / "shelf")) as shelf:
        shop, secrets = _shop.Shop(tmp_path / "here", shelf), fresh()
        shelf.login = LOGIN.format(**secrets)
        address = shelf.address.replace("//", f"//{shelf.login}@")
        shop.config.write_text(_shop.CONFIG.format(address=address))
        shop.variables.update(
            HF_TOKEN=secrets["variable"],
            WANDB_API_KEY=secrets["wandb"],
            PIP_INDEX_URL=f"https://ada:{secrets['extra']}@wheels.lab.net/simple",
            UV_INDEX_LAB_PASSWORD=secrets["plain"],
        )
        (shop.root / ".env").write_text(f"DB_PASSWORD={secrets['dotenv']}\n")
        (shop.root / ".env").chmod(0o600)
        for name in ("alpha", "beta"):
            shelf.publish(name, "1.0")
        shop.want("alpha")
        yield Told(shop, secrets)


def test_nothing_is_told_or_kept_by_what_installs_and_searches(told: Told) -> None:
    shop = told.shop
    assert told("lock-update") == 0
    assert told("setup") == 0
    assert told("verify-setup", "--json") == 0
    assert told("add", "beta") == 0
    shop.shelf.publish("alpha", "2.0", code=TOLD, date="2026-02-01")
    assert told("lock-update", "--json") == 0
    assert shop.held == {"alpha": "<2.0"}
    (shop.root / "refuses.py").write_text(REFUSES)
    shop.write_spec(commands=["python refuses.py"])
    assert told("verify-setup", "--json") == 0
    assert told("lock-update", "--json") == 1
    shop.write_spec()
    assert told("cache", "export", "bundle.tar.zst") == 0
    assert told("cache", "import", "bundle.tar.zst", "--json") == 0
    assert told("cache", "list", "--json") == 0
    assert "\n".join(sorted(told.shown())) == ""


def test_nothing_is_told_or_kept_of_an_environment_that_tells_it(told: Told) -> None:
    shop = told.shop
    assert told("lock-update") == 0
    shop.shelf.publish("gamma", "1.0", code=TOLD)
    Sandbox.want(shop, "alpha", "gamma")  # with a lock that nobody has proven
    for words in (("setup",), ("setup", "--json"), ("lock-update", "--json"), ("setup", "--no-verify")):
        told(*words)
    for more in ((), ("--json",), ("--json", "--html", "page.html"), ("--report",), ("--since-last",), ("--full", "--json")):
        assert told("verify-setup", *more) == 1
    assert told("facts", "--record", "recorded") == 0
    assert any("imports.gamma" in text for text in told.said.values())
    assert "\n".join(sorted(told.shown())) == ""


def test_nothing_is_told_or_kept_where_the_index_cannot_be_asked(told: Told) -> None:
    told.shop.shelf.login = "ada:another"
    for words in (("lock-update",), ("lock-update", "--json"), ("add", "beta"), ("audit", "--json")):
        assert told(*words) != 0
    told.shop.shelf.down()
    for words in (("lock-update",), ("lock-update", "--json"), ("add", "beta"), ("audit",), ("setup",)):
        assert told(*words) != 0
    assert "\n".join(sorted(told.shown())) == ""


def test_nothing_is_told_or_kept_by_an_audit(told: Told) -> None:
    assert told("lock-update") == 0
    with serving(Service(known={"alpha": advisory("alpha")})) as service:
        assert told("audit", "--json", "--service", service.address.replace("//", f"//ada:{told.secrets['asked']}@")) == 2
        assert told("audit", "--service", service.address, "--sbom", "sbom.json") == 1
    assert "\n".join(sorted(told.shown())) == ""
