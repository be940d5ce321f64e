"""Libraries that open files by themselves, in C or Rust: their functions are given the path where the file lies.

A row is a function in its module, the place and the name of the argument that is a path, and what is done to the file there:
it is read, written anew, or as the mode says that comes after it. Standard library alone, Python 3.8.
"""

from __future__ import annotations

import functools
import os
import types
import urllib.parse
from typing import Any

READ, WRITE, MODE, FILES, FOLDER = "read", "write", "mode", "files", "folder"
UPDATE = os.O_RDWR | os.O_CREAT
DATABASE = ("", "-wal", "-journal")  # what belongs to one of SQLite

TABLE = {
    "torch.serialization": (("save", 1, "f", WRITE), ("load", 0, "f", READ)),
    "torch.jit._serialization": (
        ("save", 1, "f", WRITE),
        ("load", 0, "f", READ),
        ("save_jit_module_to_flatbuffer", 1, "f", WRITE),
    ),
    "torch.jit._script": (("RecursiveScriptModule.save", 1, "f", WRITE),),
    "torch": (
        ("_C.PyTorchFileWriter.__init__", 1, "file_name", WRITE),
        ("_C.PyTorchFileReader.__init__", 1, "file_name", READ),
        ("_C.ScriptFunction.save", 1, "filename", WRITE),
        ("UntypedStorage.from_file", 0, "filename", MODE),
        ("from_file", 0, "filename", MODE),
    ),
    "torch.autograd.profiler": (("profile.export_chrome_trace", 1, "path", WRITE),),
    "torch.profiler.profiler": (("ExecutionTraceObserver.register_callback", 1, "output_file_path", WRITE),),
    "torchvision.io.image": (("write_file", 0, "filename", WRITE), ("read_file", 0, "path", READ)),
    "safetensors": (("serialize_file", 1, "filename", WRITE), ("safe_open", 0, "filename", READ)),
    "safetensors.torch": (("save_file", 1, "filename", WRITE), ("load_file", 0, "filename", READ)),
    "tokenizers": (
        ("Tokenizer.save", 1, "path", WRITE),
        ("Tokenizer.from_file", 0, "path", READ),
        ("Tokenizer.train", 1, "files", FILES),
    ),
    "tokenizers.models": (("Model.save", 1, "folder", FOLDER),),
    "pyarrow": (("memory_map", 0, "path", MODE),),
    "pyarrow.parquet.core": (
        ("ParquetWriter.__init__", 1, "where", WRITE),
        ("ParquetFile.__init__", 1, "source", READ),
        ("read_table", 0, "source", READ),
    ),
    "pyarrow.feather": (("write_feather", 1, "dest", WRITE), ("read_table", 0, "source", READ)),
    "h5py._hl.files": (("File.__init__", 1, "name", MODE),),
    "soundfile": (("SoundFile.__init__", 1, "file", MODE),),
    "cv2": (("imwrite", 0, "filename", WRITE), ("imread", 0, "filename", READ)),
    "dbm.gnu": (("open", 0, "filename", MODE),),
}  # type: dict[str, tuple[tuple[str, int, str, str], ...]]


def hooks(union: Any) -> dict[str, Any]:
    """By the names of modules, what is to be called with each once it was imported."""
    found = {name: functools.partial(patch, union, rows) for name, rows in TABLE.items()}  # type: dict[str, Any]
    return {**found, "sqlite3": functools.partial(databases, union), "sqlite3.dbapi2": functools.partial(databases, union)}


def patch(union: Any, rows: Any, module: Any) -> None:
    """Let the functions of a module ask where their files lie. Those that this version does not have are left out."""
    for dotted, place, word, what in rows:
        *way, last = dotted.split(".")
        owner = functools.reduce(lambda thing, name: getattr(thing, name, None), way, module)
        function = getattr(owner, last, None)
        if function is not None and not hasattr(function, "torch_starter"):
            setattr(owner, last, bound(owner, last, asking(union, function, place, word, what)))


def bound(owner: Any, name: str, function: Any) -> Any:
    """The function, as it is held: one that belongs to a class and not to its objects stays so."""
    if not isinstance(owner, type):
        return function
    held = next((vars(kind)[name] for kind in owner.__mro__ if name in vars(kind)), None)
    alone = (staticmethod, classmethod, types.ClassMethodDescriptorType, types.BuiltinFunctionType)
    return staticmethod(function) if isinstance(held, alone) else function


def asking(union: Any, function: Any, place: int, word: str, what: str) -> Any:
    """A function that asks where the file lies that its argument names."""

    @functools.wraps(function)
    def asks(*words: Any, **named: Any) -> Any:
        mode = named.get("mode", named.get("shared", words[place + 1] if len(words) > place + 1 else None))
        if word in named:
            named[word] = lying(union, named[word], what, mode)
        elif len(words) > place:
            words = (*words[:place], lying(union, words[place], what, mode), *words[place + 1 :])
        return function(*words, **named)

    asks.torch_starter = True  # type: ignore[attr-defined]
    return asks


def lying(union: Any, path: Any, what: str, mode: Any) -> Any:
    """Where the file lies. What is no path stays as it is, such as an open file or an address."""
    if what == FILES and isinstance(path, (list, tuple)):
        return [lying(union, each, READ, mode) for each in path]
    if not isinstance(path, (str, bytes, os.PathLike)) or "://" in os.fsdecode(path) or not os.fspath(path):
        return path
    if what == FOLDER:
        found = union.resolved(union.absolute(path))
        if not union.is_free(found):
            union.room(found + "/-")
            found = union.over(found)
    elif what == WRITE:
        found = written(union, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    elif what == MODE and (mode is True or (isinstance(mode, str) and set(mode) & set("wax+cn"))):
        found = written(union, path, UPDATE)
    else:
        found = union.reading(path)
    return path if found == os.fsdecode(path) else found


def written(union: Any, path: Any, flags: int) -> Any:
    """Where to write a file. Where it has no folder, a place that has none either: the library says so in its own words."""
    try:
        return union.writing(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        return union.over(union.resolved(union.absolute(path)))


def databases(union: Any, module: Any) -> None:
    """Let SQLite work on a copy, also where it but reads: it writes beside a database that it reads."""
    real = module.connect
    if hasattr(real, "torch_starter"):
        return

    @functools.wraps(real)
    def connect(database: Any, *words: Any, **named: Any) -> Any:
        uri = named.get("uri", len(words) > 6 and words[6])
        return real(located(union, database, bool(uri)), *words, **named)

    connect.torch_starter = True  # type: ignore[attr-defined]
    module.connect = connect


def located(union: Any, database: Any, uri: bool) -> Any:
    """Where a database lies that is named by a path or an address."""
    text = os.fsdecode(database)
    if not text or ":memory:" in text or "mode=memory" in text:
        return database
    if not (uri and text.startswith("file:")):
        return at_database(union, text)
    path, mark, query = text[5:].partition("?")
    if path.startswith("//"):
        path = "/" + path[2:].partition("/")[2]
    return "file:" + urllib.parse.quote(at_database(union, urllib.parse.unquote(path))) + mark + query


def at_database(union: Any, path: str) -> str:
    for end in DATABASE:
        at = union.reading(path + end)
        if end and os.path.lexists(at) and not union.is_free(union.resolved(union.absolute(at))):
            union.writing(path + end, os.O_RDWR)
    return str(written(union, path, UPDATE))
