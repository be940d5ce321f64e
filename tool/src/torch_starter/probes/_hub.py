"""Fetches models and data sets from the hub inside the target, by its own huggingface_hub, and says how far it is.

Started as a script. The request comes as JSON on stdin:
  {"fetch": true, "repositories": [{"id": "org/name", "kind": "model", "revision": "main"}]}
A line of JSON for each thing that is to be said goes to the pipe whose number is in TORCH_STARTER_ANSWERS:
  {"number": 0, "files": 7, "bytes": 1234, "lacking": 2, "lacking_bytes": 999}     what there is, before it is fetched
  {"number": 0, "at": 512}                                                       bytes that have come
  {"number": 0, "outcome": "there" | "lacking" | "fetched" | …, "words": "…"}    how it ended
What the hub keeps secret is in none of them. Standard library alone, Python 3.8.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":  # as a script, our folder would stand first on the path and shadow the target's modules
    del sys.path[0]

import errno
import json
import os
import shutil
import threading
from typing import Any, Callable, Dict, Iterator, List, Optional

Tell = Callable[[Dict[str, Any]], None]

LOOKS_EVERY = 0.25  # seconds
DENIED, FOUND_NOTHING = (401, 403), 404
KINDS = (  # classes of errors by name, since their modules differ from one huggingface_hub to the next
    ("OfflineModeIsEnabled", "offline"),
    ("ImportError", "library"),
    ("GatedRepoError", "denied"),
    ("RevisionNotFoundError", "revision"),
    ("DisabledRepoError", "denied"),
    ("RepositoryNotFoundError", "absent"),
    ("HFValidationError", "id"),
    ("Timeout", "network"),
    ("TimeoutException", "network"),
    ("ConnectionError", "network"),
    ("ChunkedEncodingError", "network"),
    ("TransportError", "network"),
    ("ConnectError", "network"),
)
NUMBERS = {
    errno.ENOSPC: "space",
    errno.EDQUOT: "space",
    errno.EACCES: "read-only",
    errno.EROFS: "read-only",
    errno.EPERM: "read-only",
    errno.ENOTDIR: "read-only",
    errno.EEXIST: "read-only",
}


class Stopped(Exception):
    """Why a repository is not fetched: an outcome, and words for people."""

    def __init__(self, outcome: str, words: str) -> None:
        super().__init__(words)
        self.outcome = outcome


def _main() -> None:
    request = json.load(sys.stdin)
    channel = os.fdopen(int(os.environ.pop("TORCH_STARTER_ANSWERS")), "w", encoding="utf-8", errors="replace")
    os.set_inheritable(channel.fileno(), False)
    lock = threading.Lock()
    for number, repository in enumerate(request["repositories"]):

        def tell(what: Dict[str, Any], number: int = number) -> None:
            with lock:
                channel.write(json.dumps({"number": number, **what}) + "\n")
                channel.flush()

        try:
            outcome, words = _one(repository, request["fetch"], tell), ""
        except Exception as error:
            outcome, words = _outcome(error), _words(error)
        tell({"outcome": outcome, "words": words})


def _one(repository: Dict[str, str], fetch: bool, tell: Tell) -> str:
    """Look what is there of one repository, and fetch the rest; how it ended."""
    import huggingface_hub
    from huggingface_hub import constants

    given = {"repo_id": repository["id"], "repo_type": repository["kind"]}
    info = huggingface_hub.HfApi().repo_info(**given, revision=repository["revision"], files_metadata=True)
    sizes = {each.rfilename: int(each.size or 0) for each in info.siblings or ()}
    folder = os.path.join(constants.HF_HUB_CACHE, "%ss--%s" % (repository["kind"], repository["id"].replace("/", "--")))
    lacking = list(_lacking(os.path.join(folder, "snapshots", str(info.sha)), sizes))
    told = {"files": len(sizes), "bytes": sum(sizes.values())}
    wanted = sum(sizes[name] for name in lacking)
    tell({**told, "lacking": len(lacking), "lacking_bytes": wanted})
    if not lacking or not fetch:
        return "lacking" if lacking else "there"
    _refuse_full_disk(constants.HF_HUB_CACHE, wanted)
    with _Watch(os.path.join(folder, "blobs"), tell):
        place = huggingface_hub.snapshot_download(**given, revision=repository["revision"])
    left = list(_lacking(place, sizes))
    if left:
        raise Stopped("network", "%d of %d files did not come: %s" % (len(left), len(sizes), left[0]))
    return "fetched"


def _lacking(snapshot: str, sizes: Dict[str, int]) -> Iterator[str]:
    """The files that are not in a snapshot, or of which a part is."""
    for name, size in sizes.items():
        try:
            if os.stat(os.path.join(snapshot, *name.split("/"))).st_size == size:
                continue
        except OSError:
            pass
        yield name


def _refuse_full_disk(cache: str, wanted: int) -> None:
    """Raise Stopped where it cannot fit."""
    while not os.path.isdir(cache):
        cache = os.path.dirname(cache)
    free = shutil.disk_usage(cache).free
    if wanted > free:
        raise Stopped("space", "%.1f GB are to be fetched, and %.1f GB are free" % (wanted / 1e9, free / 1e9))


class _Watch:
    """Tells how many bytes have come into a folder since it began, until it ends."""

    def __init__(self, folder: str, tell: Tell) -> None:
        self._folder, self._tell = folder, tell
        self._before = self._size()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *what: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOKS_EVERY):
            self._tell({"at": max(0, self._size() - self._before)})

    def _size(self) -> int:
        found = 0
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    found += entry.stat(follow_symlinks=False).st_size
        except OSError:  # not there yet, or a file that was renamed meanwhile
            pass
        return found


def _chain(error: Optional[BaseException]) -> Iterator[BaseException]:
    """An error and what it came from."""
    seen: List[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _outcome(error: BaseException) -> str:
    """An error in a word: of what it came from the first that tells."""
    return next(filter(None, map(_meaning, _chain(error))), "failed")


def _meaning(error: BaseException) -> str:
    """One error in a word, by its class, the status that the hub answered with, or the number of the system; else nothing."""
    if isinstance(error, Stopped):
        return error.outcome
    status = getattr(getattr(error, "response", None), "status_code", None)
    names = {kind.__name__ for kind in type(error).__mro__}
    known = [outcome for name, outcome in KINDS if name in names]
    if status in DENIED and known[:1] != ["revision"]:
        return "denied"
    if known:
        return known[0]
    if status is not None:
        return "absent" if status == FOUND_NOTHING else "network"
    return NUMBERS.get(getattr(error, "errno", None) or 0, "")


def _words(error: BaseException) -> str:
    """The first line of an error that says something, without the token."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = "%s: %s" % (type(error).__name__, lines[0] if lines else "")
    for token in filter(None, (os.environ.get("HF_TOKEN"), os.environ.get("HUGGING_FACE_HUB_TOKEN"), _token())):
        text = text.replace(token, "...")
    return text[:300]


def _token() -> Optional[str]:
    """The token that is sent, if any."""
    try:
        from huggingface_hub import get_token

        token: Optional[str] = get_token()
        return token
    except Exception:
        return None


if __name__ == "__main__":
    _main()
