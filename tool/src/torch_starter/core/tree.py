"""How much is below a folder, each file once however many names it has. Links are counted, never followed."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

BLOCK = 512  # what st_blocks counts in
EVERY = 2000  # files from one word of progress to the next
HELPERS = 7  # threads besides ours
ENOUGH, BATCH = 32, 16  # folders that wait before others are called to help; that one thread takes at a time

Inode = tuple[int, int]


@dataclass
class Tree:
    """What was counted. `links`: of files with several names, inode -> names seen here, names in all, bytes.

    `left` are folders that could not be read, `mounts` what lies on another file system: neither is counted. `tops`: what was
    measured, by its path.
    """

    single: int = 0
    files: int = 0
    made: float = 0.0
    used: float = 0.0
    links: dict[Inode, tuple[int, int, int]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    mounts: list[str] = field(default_factory=list)
    tops: dict[str, Inode] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self.single + sum(size for _, _, size in self.links.values())

    @property
    def frees(self) -> int:
        """Bytes that come free when all of it goes, and nothing else."""
        return self.single + sum(size for here, all, size in self.links.values() if here >= all)

    def count(self, info: os.stat_result) -> None:
        """Add one file, link or folder."""
        size = info.st_blocks * BLOCK
        if stat.S_ISDIR(info.st_mode):
            self.single += size
            return
        self.files += 1
        self.made, self.used = max(self.made, info.st_mtime), max(self.used, info.st_atime)
        if info.st_nlink == 1:
            self.single += size
        else:
            here = self.links.get((info.st_dev, info.st_ino), (0, 0, 0))[0]
            self.links[info.st_dev, info.st_ino] = (here + 1, info.st_nlink, size)


def measure(tops: Iterable[str | os.PathLike[str]], seen: Callable[[int], None] = lambda files: None) -> Tree:
    """Count all that is below some paths, themselves too. `seen` is told the number of files, now and then.

    Another file system that is mounted below is not looked into. What goes away meanwhile is not counted; it raises nothing.
    """
    tree = Tree()
    for each in tops:
        top = os.fspath(each)
        try:
            info = os.lstat(top)
        except OSError:
            continue
        tree.count(info)
        tree.tops[top] = (info.st_dev, info.st_ino)
        if stat.S_ISDIR(info.st_mode):
            below(tree, top, info.st_dev, seen)
    seen(tree.files)
    return tree


def below(tree: Tree, top: str, device: int, seen: Callable[[int], None]) -> None:
    """Count all that is below a folder, but not itself."""
    add(tree, Crew(device, [top], lambda files: seen(tree.files + files)).measure())


class Crew:
    """Several threads that count what is below folders: a disk that is asked many things at once answers sooner.

    Nobody is called for help before there is enough to do.
    """

    def __init__(self, device: int, waiting: list[str], seen: Callable[[int], None]) -> None:
        self.device, self.waiting, self.seen = device, waiting, seen
        self.changed = threading.Condition()
        self.busy, self.stopped = 0, False
        self.trees: list[Tree] = []
        self.helpers: list[threading.Thread] = []

    def measure(self) -> Tree:
        """All of it, once it is counted."""
        try:
            self.work(first=True)
        finally:
            with self.changed:
                self.stopped = True
                self.changed.notify_all()
            for helper in self.helpers:
                helper.join()
        return together(self.trees)

    def work(self, first: bool = False) -> None:
        """Count folder by folder, as long as there are any or somebody may still find some."""
        tree, told = Tree(), 0
        self.trees.append(tree)
        while batch := self.take():
            found = [each for folder in batch for each in listed(tree, folder, self.device)]
            with self.changed:
                self.waiting += found
                self.busy -= 1
                self.changed.notify_all()
            if first and len(self.waiting) > ENOUGH and not self.helpers:
                self.helpers = [threading.Thread(target=self.work, daemon=True) for _ in range(HELPERS)]
                for helper in self.helpers:
                    helper.start()
            if first and (files := sum(each.files for each in self.trees)) - told > EVERY:
                told = files
                self.seen(files)

    def take(self) -> list[str]:
        """Some folders; none where all is counted, or we were stopped."""
        with self.changed:
            while not self.waiting and self.busy and not self.stopped:
                self.changed.wait()
            if self.stopped or not self.waiting:
                return []
            batch, self.waiting[-BATCH:] = self.waiting[-BATCH:], []
            self.busy += 1
            return batch


def listed(tree: Tree, folder: str, device: int) -> list[str]:
    """Count what is in a folder; the folders in it that are to be looked into. In the order in which they lie on the disk."""
    try:
        with os.scandir(folder) as entries:
            return list(folders(tree, sorted(entries, key=os.DirEntry.inode), device))
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            tree.left.append(folder)
        return []


def folders(tree: Tree, entries: Iterable[os.DirEntry[str]], device: int) -> Iterator[str]:
    """Count the entries of a folder; those that are to be looked into."""
    for entry in entries:
        try:
            info = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if info.st_dev != device:
            tree.mounts.append(entry.path)
            continue
        tree.count(info)
        if stat.S_ISDIR(info.st_mode):
            yield entry.path


def together(trees: Iterable[Tree]) -> Tree:
    """As if they had been measured at once: a file whose names are spread over them comes free with all of them."""
    whole = Tree()
    for tree in trees:
        add(whole, tree)
    return whole


def add(whole: Tree, tree: Tree) -> None:
    """Add to one what another has counted."""
    whole.single += tree.single
    whole.files += tree.files
    whole.made, whole.used = max(whole.made, tree.made), max(whole.used, tree.used)
    whole.left += tree.left
    whole.mounts += tree.mounts
    whole.tops |= tree.tops
    for inode, (here, all, size) in tree.links.items():
        before = whole.links.get(inode, (0, 0, 0))[0]
        whole.links[inode] = (before + here, all, size)
