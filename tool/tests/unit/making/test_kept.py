"""What of an installation was in uv's cache."""

from __future__ import annotations

from pathlib import Path

from torch_starter.core.cached import Hits
from torch_starter.making import kept


def unpacked(folder: Path, name: str, size: int) -> Path:
    info = folder / f"{name}.dist-info"
    info.mkdir(parents=True)
    (info / "RECORD").write_text(f'{name}/a.py,sha256=x,{size}\n"{name}/b, c.py",sha256=y,1\n{info.name}/RECORD,,\n')
    return info


def test_what_came_meanwhile_was_not_in_the_cache(tmp_path: Path) -> None:
    cache, environment = tmp_path / "cache", tmp_path / "env"
    site = environment / "lib" / "python3.12" / "site-packages"
    unpacked(cache / "archive-v0" / "one", "alpha-1.0", 100)
    before = kept.archives(cache)
    unpacked(cache / "archive-v0" / "two", "beta-2.0", 300)
    (cache / "archive-v0" / "three").mkdir()
    for name, size in (("alpha-1.0", 100), ("beta-2.0", 300)):
        unpacked(site, name, size)
    (site / "gamma-3.0.dist-info").mkdir()
    come = kept.unpacked(kept.archives(cache) - before)
    assert come == {"beta-2.0.dist-info"}
    assert kept.taken(environment, come) == Hits(hit=101, asked=402, unit="bytes")
    assert kept.taken(environment, frozenset()).rate == 1


def test_an_archive_that_is_gone_meanwhile_has_no_names(tmp_path: Path) -> None:
    assert kept.unpacked({str(tmp_path / "gone")}) == frozenset()


def test_the_cache_is_where_uv_looks_for_it() -> None:
    assert kept.cache_of({"UV_CACHE_DIR": "/there", "XDG_CACHE_HOME": "/x"}) == Path("/there")
    assert kept.cache_of({"XDG_CACHE_HOME": "/x", "HOME": "/home/ada"}) == Path("/x/uv")
    assert kept.cache_of({"HOME": "/home/ada"}) == Path("/home/ada/.cache/uv")
    assert kept.cache_of({"UV_NO_CACHE": "1", "HOME": "/home/ada"}) is None
