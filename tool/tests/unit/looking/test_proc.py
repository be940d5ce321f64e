"""What Linux tells of a process."""

from __future__ import annotations

from torch_starter.looking import proc

READS = "0 0x3 0x7f6dcbdbd2b0 0x1 0x7f6dcbf80b5e 0x0 0x0 0x7fff6885dab8 0x7f6dcc1162ad"
STAT = "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 7 0 250 50 0 0 20 0 1 0 100 1 1"
TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:84B1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1
   1: 0100007F:1F90 0501A8C0:01BB 01 00000000:00000000 00:00000000 00000000     0        0 12 1
"""
TCP6 = TCP.splitlines()[0] + "\n   0: 0:0 B80D01200000000000000000010000FF:1F90 01 0:0 00:0 0 0 0 13 1\n"
MAPPED = TCP.splitlines()[0] + "\n   0: 0:0 0000000000000000FFFF00000100007F:0050 01 0:0 00:0 0 0 0 14 1\n"
LOCKS = """\
1: POSIX  ADVISORY  WRITE 10 fd:00:99 0 EOF
2: FLOCK  ADVISORY  WRITE 4711 08:01:123 0 EOF
2: -> FLOCK  ADVISORY  WRITE 5 08:01:77 0 EOF
"""


def test_a_system_call_has_a_name_on_each_architecture() -> None:
    found = proc.call(READS, "x86_64")
    assert (found.name, found.first) == ("read", 3)
    assert proc.call(READS.replace("0 ", "63 ", 1), "aarch64").name == "read"
    assert proc.call("98 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8", "aarch64").name == "futex"
    assert proc.call("9999 0x1 0x2 0x3", "x86_64").name == "call 9999"


def test_what_runs_or_may_not_be_read_is_in_no_call() -> None:
    assert [proc.call(text, "x86_64").name for text in ("running\n", None, "", "-1 0x7f 0x7f")] == [""] * 4


def test_the_time_of_a_process_with_any_name() -> None:
    assert proc.ticks(STAT) == 300
    assert proc.faults(STAT) == 7
    assert proc.ticks(None) == proc.ticks("cut (off") == proc.faults("") == 0


def test_far_ends_of_connections() -> None:
    assert proc.peers(TCP) == {"11": "anyone who connects", "12": "192.168.1.5:443"}
    assert proc.peers(TCP6) == {"13": "[2001:db8:0:0:0:0:ff00:1]:8080"}
    assert proc.peers(MAPPED) == {"14": "127.0.0.1:80"}
    assert proc.peers(None) == {}


def test_variables_and_status() -> None:
    assert proc.variables("A=1\0B==\0C\0") == {"A": "1", "B": "="}
    status = proc.fields("Name:\tpython\nState:\tT (stopped)\nVmRSS:\t  12 kB\n")
    assert (status["State"][0], proc.kilobytes(status["VmRSS"])) == ("T", 12288)


def test_who_holds_the_lock_of_a_file() -> None:
    assert (proc.locked_by(LOCKS, "123"), proc.locked_by(LOCKS, "99"), proc.locked_by(LOCKS, "77")) == (4711, 10, None)
