"""`audit` with the real uv, an index, and a service that speaks OSV, all on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from real._advised import PYPROJECT, SPEC, Advised, Service, advisory, lock, of, serving
from real._advised import advised as advised
from real._advised import stocked as stocked
from torch_starter.audits import sources, weights

NOBODY = "http://127.0.0.1:9"  # the port of discard, at which nobody answers
DAY = 86_400


def dated(days: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * DAY))


def database(advised: Advised, *advisories: dict[str, object]) -> str:
    with zipfile.ZipFile(advised.root / "all.zip", "w") as archive:
        for each in advisories:
            archive.writestr(f"{each['id']}.json", json.dumps(each))
    return str(advised.root / "all.zip")


def test_a_service_is_asked_for_every_pin_and_nothing_else(advised: Advised) -> None:
    with serving(Service(known={"apple": advisory("apple")})) as service:
        report = advised.answer("--service", service.address)
    assert [each["package"]["name"] for each in service.asked[0]["queries"]] == ["apple", "pear", "plum", "zipp"]
    found = of(report, "audit.vulnerabilities")
    assert [(each["verdict"], each["place"], each["wanted"]) for each in found] == [
        ("fail", {"file": "locks/cpu.txt", "line": 1}, "1.5")
    ]
    assert found[0]["seen"] == "apple 1.0: GHSA-aaaa-bbbb-cccc (CVE-2026-1): apple can be peeled"
    assert found[0]["remedy"] == "./dev.sh lock-update --package apple"
    assert report["exit_code"] == 1
    assert of(report, "audit.yanked")[0]["seen"] == "none of 3 pins"


def test_what_was_judged_is_left_out_by_any_of_its_names(advised: Advised) -> None:
    with serving(Service(known={"apple": advisory("apple")})) as service:
        report = advised.answer("--service", service.address, "--ignore", "cve-2026-1")
        advised.write("torch-starter.toml", f'{SPEC}[audit]\nservice = "{service.address}"\nignore = ["GHSA-aaaa-bbbb-cccc"]\n')
        by_spec = advised.answer("--ignore", "CVE-1")
    assert [report["exit_code"], by_spec["exit_code"]] == [0, 0]
    assert "3 packages held against the service, 1 ignored" in of(report, "audit.vulnerabilities")[0]["seen"]


@pytest.mark.parametrize(
    ("service", "why"),
    [
        (Service(spoiled=b"<html>"), "cannot be asked"),
        (Service(spoiled=b'{"results": []}'), "knows nothing of zipp 3.19.0"),
        (Service(spoiled=b'{"results": [{}, {}, {}]}'), "knows nothing of zipp 3.19.0"),
        (Service(spoiled=b"{}", status=503), "cannot be asked"),
    ],
)
def test_an_answer_that_cannot_be_read_is_unknown(advised: Advised, service: Service, why: str) -> None:
    with serving(service):
        report = advised.answer("--service", service.address)
    found = of(report, "audit.vulnerabilities")
    assert [each["verdict"] for each in found] == ["unknown"]
    assert why in found[0]["seen"]
    assert report["exit_code"] == 3


def test_where_nobody_answers_it_is_unknown_and_says_how_else(advised: Advised) -> None:
    advised.shelf.down()
    code, out, _ = advised.audit("--service", NOBODY)
    assert code == 3
    assert "the service of advisories cannot be asked" in " ".join(out.split())
    assert "./dev.sh audit --advisory-db FILE" in out
    assert "yanked" not in out
    assert max(map(len, out.splitlines())) <= 80


def test_a_password_is_no_part_of_the_address_but_of_netrc(advised: Advised, tmp_path: Path) -> None:
    word = "love" + "lace"
    with serving(Service(login=f"ada:{word}")) as service:
        code, out, err = advised.audit("--service", service.address.replace("//", f"//ada:{word}@"))
        assert (code, word in out + err, "~/.netrc" in out + err) == (2, False, True), out + err
        assert advised.audit("--service", service.address)[0] == 3
        assert not service.asked
        (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login ada password {word}\n")
        assert advised.audit("--service", service.address, NETRC=str(tmp_path / "netrc"))[0] == 0
        assert service.asked


def test_offline_nobody_is_asked(advised: Advised) -> None:
    report = advised.answer("--offline")
    assert "may not be asked" in of(report, "audit.vulnerabilities")[0]["seen"]
    assert (report["exit_code"], advised.shelf.asked, of(report, "audit.yanked")) == (3, [], [])


def test_a_file_of_advisories_needs_no_network(advised: Advised) -> None:
    path = database(
        advised,
        advisory("Apple", modified=dated(1)) | {"summary": "apple can be peeled"},
        advisory("pear", fixed="1.0", id="GHSA-b"),
    )
    report = advised.answer("--offline", "--advisory-db", path)
    assert [each["seen"] for each in of(report, "audit.vulnerabilities")] == [
        "apple 1.0: GHSA-aaaa-bbbb-cccc (CVE-2026-1), high: apple can be peeled"
    ]
    facts = report["facts"]["audit"]["vulnerabilities"]
    assert (facts["advisories"], facts["named"], facts["packages"], len(facts["sha256"])) == (2, 2, 3, 64)
    assert facts["found"][0]["aliases"] == ["CVE-2026-1"]
    assert not of(report, "audit.advisories")


def test_advisories_of_last_month_are_a_warning(advised: Advised) -> None:
    report = advised.answer("--offline", "--advisory-db", database(advised, advisory("cherry", modified=dated(30))))
    assert [each["verdict"] for each in of(report, "audit.advisories")] == ["warn"]
    assert "30 days ago" in of(report, "audit.advisories")[0]["seen"]
    assert (report["exit_code"], report["status"]) == (0, "warn")
    assert "name 0 of them; what is not known there" in of(report, "audit.vulnerabilities")[0]["seen"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--advisory-db", "torch-starter.toml"), 2, "no zip file"),
        (("--advisory-db", "nowhere.zip"), 2, "there is no"),
        (("--service", "ftp://example.org"), 2, "no http or https address"),
        (("--sbom", "locks"), 2, "is a folder"),
        (("nowhere",), 2, "there is no nowhere"),
    ],
)
def test_wrong_words_are_refused(advised: Advised, words: tuple[str, ...], code: int, said: str) -> None:
    seen, out, err = advised.audit("--offline", *words)
    assert (seen, said in out + err) == (code, True), out + err


def test_without_uv_what_it_would_tell_is_unknown(advised: Advised, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    report = advised.answer(PATH=str(tmp_path / "bin"))
    assert [(each["verdict"], each["remedy"]) for each in of(report, "audit.vulnerabilities")] == [
        ("unknown", "python3 -m pip install uv")
    ]
    assert [each["verdict"] for each in of(report, "audit.hashes")] == ["ok"]
    code, out, err = advised.audit("--sbom", "sbom.json", PATH=str(tmp_path / "bin"))
    assert code == 4, out + err


def test_without_a_lock_it_is_unknown_and_where_nothing_is_asked_for_it_does_not_apply(advised: Advised) -> None:
    (advised.root / "locks" / "cpu.txt").unlink()
    report = advised.answer("--offline")
    found = of(report, "audit.vulnerabilities")
    assert [(each["verdict"], each["remedy"]) for each in found] == [("unknown", "./dev.sh lock-update")]
    assert report["exit_code"] == 3
    assert advised.audit("--sbom", "sbom.json")[0] == 2
    advised.write("pyproject.toml", PYPROJECT.replace('"apple"', ""))
    assert [each["verdict"] for each in of(advised.answer("--offline"), "audit.vulnerabilities")] == ["skip"]
    advised.write("pyproject.toml", PYPROJECT)
    advised.write("locks/cu124.txt", lock(advised.shelf))
    report = advised.answer("--offline")
    assert [each["verdict"] for each in of(report, "audit.vulnerabilities")] == ["unknown"]
    assert "there is no locks/cpu.txt; of cu124.txt" in of(report, "audit.vulnerabilities")[0]["seen"]


def test_what_was_taken_back_is_a_warning_with_its_reason(advised: Advised) -> None:
    advised.shelf.yank("pear", "2.0", "it has a worm")
    report = advised.answer("--advisory-db", database(advised, advisory("cherry", modified=dated(1))))
    found = of(report, "audit.yanked")
    assert [(each["verdict"], each["seen"], each["place"]["line"]) for each in found] == [
        ("warn", "pear 2.0 was taken back: it has a worm", 3)
    ]


def test_what_a_build_adds_to_a_version_is_no_other_version(advised: Advised) -> None:
    advised.shelf.publish("apple", "1.0+cpu")
    text = lock(advised.shelf, {"apple": "1.0+cpu"})
    advised.write("locks/cpu.txt", text)
    advised.write("torch-starter.toml", f'{SPEC}index = "{advised.shelf.address}"\n')
    with serving(Service(known={"apple": advisory("apple")})) as service:
        report = advised.answer("--service", service.address, "--sbom", "one.json")
    assert {"package": {"name": "apple", "ecosystem": "PyPI"}, "version": "1.0"} in service.asked[0]["queries"]
    assert [each["seen"].partition(":")[0] for each in of(report, "audit.vulnerabilities")] == ["apple 1.0+cpu"]
    assert [each["version"] for each in json.loads((advised.root / "one.json").read_text())["components"]] == ["1.0+cpu"]
    assert of(report, "audit.yanked")[0]["verdict"] == "ok"


def test_one_who_is_interrupted_leaves_no_program_and_no_folder(advised: Advised, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    silent = threading.Event()
    with serving(Service(silent=silent)) as service:
        argv = [sys.executable, "-m", "torch_starter", "audit", "--service", service.address]
        variables = {**advised.variables, "TMPDIR": str(tmp_path / "tmp")}
        process = subprocess.Popen(argv, env=variables, cwd=advised.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert service.reached.wait(60)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        silent.set()
    assert process.returncode == 130, out + err
    assert children
    assert not psutil.wait_procs(children, timeout=10)[1]
    assert not list((tmp_path / "tmp").iterdir())


def test_a_bill_of_materials_has_every_pin_and_is_the_same_again(advised: Advised) -> None:
    bills = []
    for name in ("one.json", "two.json"):
        report = advised.answer("--service", NOBODY, "--sbom", name)
        assert [change["name"] for change in report["changes"]] == [name]
        bills.append(json.loads((advised.root / name).read_text()))
    pairs = {(each["name"], each["version"]) for each in bills[0]["components"]}
    assert pairs == {("apple", "1.0"), ("pear", "2.0"), ("plum", "3.0")}
    apple = next(each for each in bills[0]["components"] if each["name"] == "apple")
    needs = next(each for each in bills[0]["dependencies"] if each["ref"] == apple["bom-ref"])
    assert [ref.partition("-")[0] for ref in needs["dependsOn"]] == ["pear"]
    for bill in bills:
        del bill["serialNumber"], bill["metadata"]["timestamp"]
    assert bills[0] == bills[1]


def test_a_bill_of_materials_says_no_password(advised: Advised) -> None:
    address = advised.shelf.address.replace("//", "//ada:" + "lovelace@")
    code, out, err = advised.audit("--offline", "--sbom", "one.json", UV_DEFAULT_INDEX=address)
    assert code == 5, "the cache has nothing yet, and --offline holds for it too"
    code, out, err = advised.audit("--service", NOBODY, "--sbom", "one.json", UV_DEFAULT_INDEX=address)
    text = (advised.root / "one.json").read_text()
    assert "127.0.0.1" in text
    assert "lovelace" not in text + out + err


def test_a_bill_that_cannot_be_written_is_a_problem_and_nothing_is_left(advised: Advised) -> None:
    code, out, err = advised.audit("--service", NOBODY, "--sbom", "/proc/sbom.json")
    assert code == 5, out + err
    before = sorted(os.listdir(advised.root))
    assert advised.audit("--offline", "--dry-run", "--sbom", "one.json")[0] == 3
    assert sorted(os.listdir(advised.root)) == before
    advised.shelf.down()
    code, out, err = advised.audit("--sbom", "one.json", UV_CACHE_DIR=str(advised.root.parent / "none"))
    assert (code, "network.unreachable" in out + err or "cannot be reached" in " ".join((out + err).split())) == (5, True)
    assert not (advised.root / "one.json").exists()


def test_code_and_settings_are_looked_at(advised: Advised) -> None:
    advised.write("src/train.py", "import torch\n\nmodel = torch.load('x', weights_only=False)\nother = torch.load('x')\n")
    advised.write("src/broken.py", "def (")
    advised.write("requirements.txt", "numpy\n--extra-index-url https://team.example.org/simple\n")
    report = advised.answer("--offline")
    weights = [(each["verdict"], each["place"]["file"], each["place"]["line"]) for each in of(report, "audit.weights")]
    assert weights == [("unknown", "src/broken.py", 1), ("fail", "src/train.py", 3), ("warn", "src/train.py", 4)]
    assert [(each["verdict"], each["place"]["line"]) for each in of(report, "audit.confusion")] == [("fail", 2)]
    hashes = [(each["verdict"], each["place"]["file"]) for each in of(report, "audit.hashes")]
    assert hashes == [("ok", "locks/cpu.txt"), ("fail", "requirements.txt")]
    advised.write("locks/cpu.txt", lock(advised.shelf) + "torch==2.5.1 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    assert [each["verdict"] for each in of(advised.answer("--offline", "src/train.py"), "audit.weights")] == ["fail", "fail"]
    advised.write("locks/cpu.txt", lock(advised.shelf) + "torch==2.6.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    assert [each["place"]["line"] for each in of(advised.answer("--offline", "src/train.py"), "audit.weights")] == [3]


def test_all_checks_asks_the_same(advised: Advised) -> None:
    path = database(advised, advisory("apple", modified=dated(1)))
    advised.write("torch-starter.toml", f'{SPEC}[audit]\nadvisories = "{Path(path).name}"\n')
    argv = [sys.executable, "-m", "torch_starter", "all-checks", "--only", "audit", "--json"]
    done = subprocess.run(argv, env=advised.variables, cwd=advised.root, capture_output=True, text=True, timeout=120)
    report = json.loads(done.stdout)
    assert (done.returncode, [each["verdict"] for each in of(report, "audit.vulnerabilities")]) == (1, ["fail"])


@pytest.mark.parametrize("package", ["accelerate", "safetensors"])
def test_safe_calls_in_well_known_packages_are_not_told(current: Path, package: str) -> None:
    source = next((current / ".venv").glob(f"lib/python3*/site-packages/{package}"))
    texts = {path: path.read_text() for path in source.rglob("*.py")}
    told = [each.seen for path, text in texts.items() for each in weights.dangers(sources.source(path.name, text), True)[0]]
    assert package == "safetensors" or sum(text.count("torch.load(") for text in texts.values()) > 5
    assert not [each for each in told if not each.startswith("pickle.")]
