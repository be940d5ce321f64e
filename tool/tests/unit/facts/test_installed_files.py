from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from torch_starter.core.evidence import Audit, Distribution, Installed
from torch_starter.core.files import LocalFiles
from torch_starter.core.kinds import Level
from torch_starter.facts import installed_files
from torch_starter.facts.installed_files import audit
from unit.facts.test_record import line


@dataclass
class Site:
    """A site-packages with small packages in it."""

    folder: Path
    found: dict[str, Distribution] = field(default_factory=dict)
    twice: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def install(self, name: str, files: dict[str, str], version: str = "1", installer: str = "pip") -> Path:
        metadata = self.folder / f"{name}-{version}.dist-info"
        metadata.mkdir(parents=True)
        for path, text in {**files, f"{metadata.name}/METADATA": name}.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text)
        record = [line(path, text.encode()) for path, text in files.items()]
        (metadata / "RECORD").write_text("\n".join([*record, line(f"{metadata.name}/METADATA", name.encode())]) + "\n")
        if name in self.found:
            self.twice[name] = (str(metadata),)
        else:
            self.found[name] = Distribution(version, metadata=str(metadata), installer=installer)
        return metadata

    def audit(self, level: Level = "default") -> Audit:
        installed = Installed(self.found, self.twice)
        return audit(LocalFiles(), installed, self.folder / "stamps.json", level)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    new = Site(tmp_path)
    new.install("good", {"good/__init__.py": "a = 1\n", "good/b.py": "b\n", "good/tests/test_b.py": "t\n"})
    return new


def test_good_files_are_read_once(site: Site) -> None:
    first, second = site.audit(), site.audit()
    assert (first.altered, first.missing) == (second.altered, second.missing) == ({}, {})
    assert (first.files, first.hashed, second.hashed) == (4, 4, 0)
    assert first.digests == second.digests != {}


def test_a_full_look_reads_all_again(site: Site) -> None:
    site.audit()
    assert site.audit("full").hashed == 4


def test_a_quick_look_measures_what_was_never_read(site: Site) -> None:
    first = site.audit("quick")
    assert (first.hashed, first.by_size) == (0, 4)
    site.audit()
    second = site.audit("quick")
    assert (second.hashed, second.by_size) == (0, 0)


def edit_keeping_size_and_time(path: Path) -> None:
    before = path.stat()
    path.write_text(path.read_text().replace("1", "2"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


@pytest.mark.parametrize("level", ["quick", "default", "full"])
def test_an_edit_that_keeps_size_and_time_is_found(site: Site, level: Level) -> None:
    site.audit()
    edit_keeping_size_and_time(site.folder / "good/__init__.py")
    assert site.audit(level).altered == {"good": ("good/__init__.py",)}
    assert site.audit(level if level != "quick" else "default").altered == {"good": ("good/__init__.py",)}


def test_what_is_too_much_for_a_quick_look_is_left_to_the_next(site: Site) -> None:
    site.audit()
    edit_keeping_size_and_time(site.folder / "good/__init__.py")
    large = Site(site.folder, site.found)
    metadata = Path(site.found["good"].metadata)
    record = (metadata / "RECORD").read_text()
    (metadata / "RECORD").write_text(record + line("good/large.bin", b"", str(installed_files.QUICK_BYTES + 1)) + "\n")
    with (site.folder / "good/large.bin").open("wb") as file:
        file.truncate(installed_files.QUICK_BYTES + 1)
    assert (large.audit("quick").altered, large.audit("quick").by_size) == ({}, 5)


def test_another_size_is_found_without_reading(site: Site) -> None:
    (site.folder / "good/b.py").write_text("longer than before\n")
    assert site.audit("quick").altered == {"good": ("good/b.py",)}


def test_a_missing_file_is_found_unless_programs_run_without_it(site: Site) -> None:
    (site.folder / "good/tests/test_b.py").unlink()
    assert site.audit().missing == {}
    (site.folder / "good/b.py").unlink()
    assert site.audit().missing == {"good": ("good/b.py",)}


def test_a_package_that_is_metadata_alone_is_hollow_and_not_missing(site: Site) -> None:
    shutil.rmtree(site.folder / "good")
    found = site.audit()
    assert (found.hollow, found.missing) == ({"good": site.found["good"].metadata}, {})


def test_a_package_of_metadata_alone_is_none(site: Site) -> None:
    site.install("meta", {})
    assert site.audit().hollow == {}


@pytest.mark.parametrize("installer", ["conda", "debian"])
def test_packages_whose_installer_changes_files_are_not_judged(site: Site, installer: str) -> None:
    site.install("theirs", {"theirs.py": "x"}, installer=installer)
    (site.folder / "theirs.py").write_text("changed")
    found = site.audit()
    assert (found.altered, found.untold) == ({}, ("theirs",))


def test_a_package_without_a_record_is_not_judged(site: Site) -> None:
    (site.install("bare", {"bare.py": "x"}) / "RECORD").unlink()
    assert site.audit().untold == ("bare",)


def test_a_file_that_two_packages_claim_is_altered_in_neither(site: Site) -> None:
    site.install("one", {"cv2/__init__.py": "one"})
    site.install("other", {"cv2/__init__.py": "other", "cv2/same.py": ""})
    found = site.audit()
    assert found.claimed == {str(site.folder / "cv2/__init__.py"): ("one", "other")}
    assert found.altered == {}
    del site.found["other"]
    assert site.audit().altered == {"one": ("cv2/__init__.py",)}


def test_of_two_sets_of_metadata_the_one_that_does_not_fit_is_told(site: Site) -> None:
    site.install("twin", {"twin.py": "old"}, "1")
    site.install("twin", {"twin.py": "new"}, "2")
    found = site.audit("quick")
    assert found.unfit == {"twin": (str(site.folder / "twin-1.dist-info"),)}
    assert found.altered == {}
