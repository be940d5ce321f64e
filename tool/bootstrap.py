"""Unpacks from a bundle what the tool needs to start, where nothing is installed yet: uv, a Python, and the tool's own wheels.

Called by dev.sh alone. For the standard library of Python 3.8: it may be any. `cache import`, which runs next, checks the rest.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import sys
import tarfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "src", "torch_starter", "bundles"))
import frames

AGAIN = "copy the bundle again, or make it anew: ./dev.sh cache export"
PLACES = re.compile(r"uv/bin/uvx?|python\.tar\.gz|wheels/[A-Za-z0-9._+!-]+\.whl")
VALUED = ("--to", "--accelerator")  # options of `cache import` whose next word is not the bundle


def main(state, mirror, words):
    """Put uv and Python below the platform's state, and wheels into the mirror folder."""
    taken = [word for at, word in enumerate(words) if not word.startswith("-") and (at == 0 or words[at - 1] not in VALUED)]
    if not taken or "--help" in words:
        return
    try:
        with open(taken[0], "rb") as file:
            tar = tarfile.open(fileobj=frames.Reader(file), mode="r|", bufsize=1 << 20)  # noqa: SIM115
            manifest = read_manifest(tar)
            sys.stderr.write("Unpacking what the tool itself needs to start, below .torch-starter/ ...\n")
            for item in manifest["items"]:
                if not item.get("start"):
                    break  # what starts the tool comes first
                unpack(tar, item, state, mirror)
    except frames.NotStored as error:
        stop(f"{taken[0]} is no bundle of ./dev.sh cache export: {error}", "give the file as it was written", 2)
    except (frames.Damaged, tarfile.TarError, KeyError, ValueError) as error:
        stop(f"the bundle is damaged: {error}", AGAIN, 5)
    except OSError as error:
        stop(
            f"{error.filename or taken[0]}: {error.strerror}",
            "see to that file and its disk",
            5 if error.filename != taken[0] else 2,
        )


def read_manifest(tar):
    """What is in the bundle; ends where it is for another platform."""
    text, seal = (tar.extractfile(member(tar, name)).read() for name in ("manifest.json", "manifest.sha256"))
    if hashlib.sha256(text).hexdigest().encode() != seal:
        raise ValueError("manifest.json was altered")
    manifest = json.loads(text.decode())
    here, there = (platform.system().lower(), platform.machine()), (manifest["system"], manifest["machine"])
    if here != there:
        stop(f"the bundle is for {'-'.join(there)}, and this is {'-'.join(here)}", "./dev.sh cache export, on such a machine", 4)
    return manifest


def member(tar, name):
    """The next file, which must be this one."""
    found = tar.next()
    if found is None or found.name != name or not found.isreg():
        raise ValueError(f"{found.name if found else 'nothing'!r} is where {name} should be")
    return found


def unpack(tar, item, state, mirror):
    """One file: aside, held against its hash, then renamed."""
    path = item["path"]
    if not PLACES.fullmatch(path):
        raise ValueError(f"{path!r} is none of what starts the tool")
    target = os.path.join(mirror if path.startswith("wheels/") else state, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    aside, digest = f"{target}.{os.getpid()}", hashlib.sha256()
    try:
        with tar.extractfile(member(tar, path)) as source, open(aside, "wb") as out:
            for piece in iter(lambda: source.read(1 << 20), b""):
                digest.update(piece)
                out.write(piece)
        if digest.hexdigest() != item["sha256"]:
            raise ValueError(f"{path} was altered: its sha256 is not that of the manifest")
        if path == "python.tar.gz":
            unpack_python(aside, os.path.join(state, "python"))
        elif not os.path.exists(target):
            os.chmod(aside, 0o755 if path.startswith("uv/") else 0o644)
            os.replace(aside, target)
    finally:
        if os.path.exists(aside):
            os.unlink(aside)


def unpack_python(archive, folder):
    """The interpreter, where there is none yet; nothing in it may lead out of its folder."""
    if os.path.exists(folder):
        return
    new = f"{folder}.{os.getpid()}"
    try:
        with tarfile.open(archive) as tar:
            for each in tar.getmembers():
                leads = os.path.normpath(os.path.join(os.path.dirname(each.name), each.linkname if each.issym() else ""))
                plain = each.isreg() or each.isdir() or each.issym()
                if not plain or any(os.path.isabs(p) or ".." in os.path.normpath(p).split("/") for p in (each.name, leads)):
                    raise ValueError(f"{each.name!r} in its Python leads out of it")
            tar.extractall(new, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # noqa: S202
        os.rename(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def stop(message, remedy, code):
    """End as dev.sh does."""
    sys.stderr.write(f"stopped: {message}\nwhat to do: {remedy}\n")
    sys.exit(code)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[5:])
