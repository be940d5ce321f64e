"""The user's home: caches and credentials."""

from __future__ import annotations

from torch_starter.core.kinds import Fault
from torch_starter.core.victim import Victim


def open_netrc(victim: Victim) -> None:
    victim.replace(victim.home / ".netrc", "machine example.org login me password not-a-real-one\n")
    victim.machine.files.set_mode(victim.home / ".netrc", 0o644)


def open_kaggle(victim: Victim) -> None:
    victim.replace(victim.home / ".kaggle" / "kaggle.json", '{"username": "me", "key": "not-a-real-one"}\n')
    victim.machine.files.set_mode(victim.home / ".kaggle" / "kaggle.json", 0o664)
    victim.machine.files.set_mode(victim.home / ".kaggle", 0o700)


def open_wandb(victim: Victim) -> None:
    victim.replace(victim.home / ".config" / "wandb" / "settings", "[default]\napi_key = not-a-real-one\n")
    victim.machine.files.set_mode(victim.home / ".config" / "wandb" / "settings", 0o644)


def cache_is_a_file(victim: Victim) -> None:
    victim.replace(victim.home / ".cache" / "huggingface", "")


def cache_cannot_be_written(victim: Victim) -> None:
    victim.variables["HF_HOME"] = "/proc/huggingface"


def open_cache(victim: Victim) -> None:
    folder = victim.home / ".cache" / "torch"
    victim.machine.files.make_folder(folder)
    victim.machine.files.set_mode(folder, 0o777)


FAULTS = (
    Fault("home.netrc", "others may read .netrc", "credentials.modes", open_netrc, level="quick"),
    Fault("home.kaggle", "others may read kaggle.json", "credentials.modes", open_kaggle, level="quick"),
    Fault("home.wandb", "others may read wandb's settings", "credentials.modes", open_wandb, level="quick"),
    Fault("home.cache-file", "a file where the cache should be", "caches.huggingface", cache_is_a_file, level="quick"),
    Fault("home.cache-read-only", "a cache that cannot be written", "caches.huggingface", cache_cannot_be_written),
    Fault("home.cache-open", "a cache that everybody may write", "caches.torch", open_cache, ("warn",), "quick"),
)
