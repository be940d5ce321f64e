"""What a thread waits for: another thread, another process, a file, a pipe, somebody who types, the network."""

from __future__ import annotations

from collections.abc import Callable

from torch_starter.core.place import Place
from torch_starter.looking import locks
from torch_starter.looking.look import Look, Reason, place, within
from torch_starter.looking.py_spy import Thread

About = Callable[[Look, Thread | None, int], Reason]

DEPTH = 3  # so many that wait for each other are followed
JOINS = ("threading.py:join", "threading.py:_wait_for_tstate_lock", "thread.py:shutdown", "_base.py:result")
SIGNALS = {
    "queue.py:get": "an entry in a queue, which no thread puts there",
    "queue.py:put": "room in a queue, from which no thread takes",
    "queue.py:join": "the entries of a queue to be done",
    "threading.py:wait": "a signal from another thread",
    "threading.py:acquire": "a signal from another thread",
}
BETWEEN = {"queues.py:get": "an entry in a queue of multiprocessing", "synchronize.py:__enter__": "a lock between processes"}
NETWORK = ("connect", "recv", "send", "accept")
ANY = ("poll", "select", "epoll", "read", "write")


def lock(look: Look, thread: Thread | None, depth: int, about: About) -> Reason | None:
    """A lock that another thread holds, as the source has it; two threads that wait for each other."""
    names = locks.wanted(thread, look.sources) if thread is not None else set()
    if thread is None or not names or look.call(thread).name not in ("futex", ""):
        return None
    for other in look.threads:
        common = names & locks.held(other, look.sources) if other is not thread else set()
        if not common:
            continue
        name, at = sorted(common)[0], place(other)
        theirs = locks.wanted(other, look.sources) & locks.held(thread, look.sources)
        if theirs:
            back = f"that waits for {sorted(theirs)[0]}, which this holds"
            does = f"is in a deadlock: it waits for {name}, which {other.name} holds at {at}; {back}"
            return Reason("deadlock", does, "take both locks in the same order everywhere", place(thread))
        inner = about(look, other, depth + 1) if depth < DEPTH else None
        does = f"waits for {name}, which {other.name} holds at {at}{f' and {inner.does}' if inner else ''}"
        if inner is not None and inner.word == "deadlock":
            return Reason("deadlock", does, inner.remedy, place(thread))
        return Reason("lock", does, "hold the lock for less, or end what its holder waits for", place(thread))
    if len(look.threads) > 1:
        remedy = "release it in a finally, or take it by with"
        return Reason(
            "lock", f"waits for the lock {sorted(names)[0]}, which no thread's lines are seen to hold", remedy, place(thread)
        )
    why = "it is taken twice, by the only thread" if not look.forked else "a thread held it when this process was forked"
    return Reason(
        "lock",
        f"waits for the lock {sorted(names)[0]}: {why}",
        "an RLock may be taken twice; spawn instead of fork",
        place(thread),
    )


def thread(look: Look, thread: Thread | None, depth: int, about: About) -> Reason | None:
    """Another thread: its end, or a signal from it."""
    if thread is None or look.call(thread).name not in ("futex", ""):
        return None
    others = [each for each in look.threads if each is not thread]
    if within(thread, *JOINS) is not None and others:
        first = max(others, key=lambda each: (each.place is not None and each.place.own, look.works(each)))
        inner = about(look, first, depth + 1) if depth < DEPTH else None
        does = f"waits for the end of a thread: {first.name}{f' {inner.at}' if inner else ''}"
        return Reason(
            "thread", does, inner.remedy if inner else "see that thread", place(thread), well=bool(inner and inner.well)
        )
    frame = within(thread, *SIGNALS)
    if frame is None:
        return None
    what = SIGNALS[f"{frame.file.rsplit('/', 1)[-1]}:{frame.function.rsplit('.', 1)[-1]}"]
    outer = next((words for name, words in SIGNALS.items() if name.startswith("queue.py") and within(thread, name)), what)
    told = "; ".join(f"{each.name} is at {place(each)}" for each in others[:3]) or "there is no other thread"
    return Reason("signal", f"waits for {outer}: {told}", "give it a timeout, so that it raises", place(thread))


def child(look: Look, thread: Thread | None, depth: int, about: About) -> Reason | None:
    """A process that it started."""
    if thread is None:
        return None
    call = look.call(thread)
    between = next((words for name, words in BETWEEN.items() if within(thread, name)), "")
    reads = within(thread, "subprocess.py:communicate", "subprocess.py:_communicate", "popen_fork.py:poll", "subprocess.py:_wait")
    if call.name not in ("wait4", "waitid") and reads is None and not between:
        return None
    found = next((each for each in look.children if each.number == call.first), look.children[0] if look.children else None)
    if found is None:
        if not between:
            return None
        return Reason(
            "process", f"waits for {between}, and has no other process that could send it", "give it a timeout", place(thread)
        )
    inner = about(found, found.main, depth + 1) if depth < DEPTH and (found.threads or found.state != "S") else None
    what = f"{between} from " if between else ""
    does = f"waits for {what}process {found.number} ({found.command[:60]}){f', which {inner.at}' if inner else ''}"
    remedy = inner.remedy if inner and not inner.well else f"see to that process: ps -fp {found.number}"
    return Reason("process", does, remedy, place(thread), well=bool(inner and inner.well))


def keyboard(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    """Somebody who types, or what comes in by the standard input."""
    if thread is None:
        return None
    call = look.call(thread)
    reads = (call.name in ("read", "poll", "select") and call.given[:1] == (0,)) and (call.name == "read" or asks(look, thread))
    if not reads and not (asks(look, thread) and call.name in ANY):
        return None
    source = look.file(0)
    who = "for somebody to type" if source.startswith(("/dev/pts", "/dev/tty")) else "for its standard input"
    what = f", which is {source}" if source and who.startswith("for its") else ""
    return Reason("input", f"waits {who}{what}", "answer it, or start it with < /dev/null", place(thread))


def asks(look: Look, thread: Thread) -> bool:
    """Whether the line that it is at asks somebody."""
    words = locks.text(thread.place, look.sources)
    return "input(" in words or "getpass(" in words or "stdin" in words


def file(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    """A pipe, a file, or the lock of a file."""
    call = look.call(thread) if thread is not None else None
    if call is None or call.name not in ("read", "write", "flock", "fcntl", "open"):
        return None
    path, own = look.file(call.first), place(thread)
    if call.name in ("flock", "fcntl"):
        holder = look.holders.get(path)
        return Reason(
            "file-lock",
            f"waits for the lock of {path or 'a file'}{f', which {holder} holds' if holder else ''}",
            "end who holds it, or wait",
            own,
        )
    if call.name == "open":
        return Reason(
            "pipe", "waits to open a file: a named pipe that nobody has open at its other end", "start what should be there", own
        )
    if path.startswith("socket:"):
        return network(look, thread, depth)
    way = "to come out of" if call.name == "read" else "to go into"
    if path.startswith("pipe:"):
        others = [number for number in look.ends.get(path, ()) if number != look.number]
        who = f"which process {', '.join(map(str, others[:3]))} has open too" if others else "which no other process has open"
        return Reason(
            "pipe",
            f"waits for something {way} a pipe, {who}",
            "see to the other end; close the ends of a pipe that are not used",
            own,
        )
    return Reason("file", f"waits for something {way} {path or 'a file'}", "see whether that file answers", own)


def network(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    """The far end of a connection, whichever of them answers."""
    call = look.call(thread) if thread is not None else None
    if call is None or call.name not in (*NETWORK, *ANY):
        return None
    sockets = [look.file(call.first)] if call.name in (*NETWORK, "read", "write") else list(look.files.values())
    peers = [look.peers[name[8:-1]] for name in sockets if name.startswith("socket:[") and name[8:-1] in look.peers]
    if not peers and within(
        thread, "base_events.py:_run_once", "base_events.py:run_forever", "base_events.py:run_until_complete"
    ):
        remedy = "give what it awaits a timeout: asyncio.timeout(60) around it names the line"
        return Reason("tasks", "waits in asyncio, where no task can go on", remedy, place(thread))
    if not peers and call.name not in NETWORK:
        return Reason("files", "waits for one of its files or pipes to be ready", "give it a timeout", place(thread))
    whom = peers[0] if peers else "another process of this machine"
    way = {"connect": "to be let in by", "send": "to send to"}.get(call.name, "to hear from")
    return Reason(
        "network",
        f"waits for the network, {way} {whom}",
        "see whether that answers; give the connection a timeout",
        place(thread),
    )


def interpreter(look: Look, thread: Thread | None, depth: int) -> Reason | None:
    """The interpreter's own lock."""
    if thread is None or not any("take_gil" in name for name in thread.leaf):
        return None
    holder = next((each for each in look.threads if each.gil and each is not thread), None)
    who = f"which {holder.name} holds at {place(holder)}" if holder else "which a function of C holds"
    at: Place | None = place(thread)
    return Reason(
        "interpreter",
        f"waits for the interpreter's lock, {who}",
        "that function has to give it back: another version, or a process of its own",
        at,
    )
