"""A plugin of pytest: tells how each test ended, as JSON, and which tests a change may reach that coverage does not see.

It is loaded by its name from PYTHONPATH. TORCH_STARTER_TESTS is the path of a file with what is wanted:

    told      the path that is written to: a JSON object of tests, errors, left_out, at_import, collected, stopped
    beside    a folder behind all others on the path of modules, or nothing: testmon is in it
    may_skip  ids of the tests that may be left out, where testmon says so, too
    watched   the project's folder where what tests read is to be told, else nothing
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

WANTED: dict[str, Any] = {}


def pytest_addoption() -> None:
    """The first that pytest calls, before it looks for other plugins."""
    with open(os.environ["TORCH_STARTER_TESTS"], encoding="utf-8") as file:
        WANTED.update(json.load(file))
    if WANTED["beside"]:
        sys.path.append(WANTED["beside"])  # behind the environment's own packages


class Telling:
    """Gathers how tests end, and writes it at the end."""

    def __init__(self, config: Any, watch: Any) -> None:
        self.config, self.watch = config, watch
        self.tests: dict[str, dict[str, Any]] = {}
        self.errors: list[dict[str, Any]] = []
        self.shared: dict[str, bool] = {}
        self.collected: list[str] = []
        self.stopped = ""

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        """Also what calls pytest.exit() comes here."""
        self.stopped = "Ctrl-C" if excinfo.errisinstance(KeyboardInterrupt) else str(excinfo.value) or "pytest.exit()"

    def pytest_itemcollected(self, item: Any) -> None:
        self.collected.append(item.nodeid)

    def pytest_collection_finish(self, session: Any) -> None:
        if self.watch is not None:
            self.watch.collected()
            for item in session.items:
                self.shared[item.nodeid] = is_shared(item, WANTED["watched"])

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.errors.append({"id": report.nodeid, "place": [report.nodeid.split("::")[0], None], "said": said(report)})

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self.watch is not None:
            self.watch.begin()

    def pytest_runtest_setup(self) -> None:
        self.look(True)

    def pytest_runtest_call(self) -> None:
        self.look(True)

    def pytest_runtest_teardown(self) -> None:
        self.look(True)

    def pytest_runtest_makereport(self) -> None:
        """What pytest and its plugins do between the phases of a test is not the test's."""
        self.look(False)

    def look(self, running: bool) -> None:
        if self.watch is not None:
            self.watch.running = running

    def pytest_runtest_logreport(self, report: Any) -> None:
        file, line, _ = report.location
        first = {"id": report.nodeid, "outcome": "passed", "seconds": 0.0, "place": [file, (line or 0) + 1]}
        told = self.tests.setdefault(report.nodeid, first)
        told["seconds"] += report.duration
        if report.failed:
            told.update(outcome="failed", said=said(report), place=place(report, told["place"]))
        elif report.skipped and told["outcome"] == "passed":
            told["outcome"] = "skipped"

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        if self.watch is not None:
            seen = self.watch.end()
            seen["hidden"] = seen["hidden"] or self.shared.get(nodeid, False)
            self.tests.get(nodeid, {}).update(seen)

    def pytest_sessionfinish(self) -> None:
        select = self.config.pluginmanager.get_plugin("TestmonSelect")
        left_out = len(select.deselected_tests) if select is not None else 0
        at_import = sorted(self.watch.at_import) if self.watch is not None else []
        told: dict[str, Any] = {"tests": list(self.tests.values()), "errors": self.errors, "left_out": left_out}
        told.update(at_import=at_import, collected=self.collected, stopped=self.stopped)
        with open(WANTED["told"] + ".part", "w", encoding="utf-8") as file:
            json.dump(told, file)
        os.replace(WANTED["told"] + ".part", WANTED["told"])


def is_shared(item: Any, root: str) -> bool:
    """Whether a test uses what a fixture of the project makes for several tests: it was run in the first of them alone."""
    info = getattr(item, "_fixtureinfo", None)
    made = [each for defs in getattr(info, "name2fixturedefs", {}).values() for each in defs]
    wide = [each for each in made if getattr(each, "scope", "function") != "function"]
    codes = [getattr(getattr(each, "func", None), "__code__", None) for each in wide]
    return any(code is not None and os.path.abspath(code.co_filename).startswith(root + os.sep) for code in codes)


def said(report: Any) -> str:
    """The last words of a failure."""
    crash = getattr(report.longrepr, "reprcrash", None)
    words = str(crash.message if crash is not None else report.longrepr)[:2000]
    return words.encode("utf-8", "replace").decode("utf-8")  # half of a pair of surrogates is no text


def place(report: Any, otherwise: list[Any]) -> list[Any]:
    """Where it failed, where that is known."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return [str(crash.path), crash.lineno] if crash is not None else otherwise


def pytest_configure(config: Any) -> None:
    if hasattr(config, "workerinput"):  # one of several processes: the first tells for all
        return
    watch = None
    if WANTED["watched"]:
        from torch_starter_reads import Watch

        watch = Watch(WANTED["watched"])
    config.pluginmanager.register(Telling(config, watch), "torch-starter-telling")


def pytest_sessionstart(session: Any) -> None:
    """What may not be left out is not."""
    select = session.config.pluginmanager.get_plugin("TestmonSelect")
    if select is None:
        return
    may_skip, known = set(WANTED["may_skip"]), set(session.config.testmon_data.all_tests)
    # it forgets what a run of other files alone had to leave undone: these are run, too
    files = {name.split("::")[0] for name in known | may_skip if name not in may_skip or name not in known}
    select.deselected_tests = [name for name in select.deselected_tests if name in may_skip]
    select.deselected_files = [name for name in select.deselected_files if name not in files]
