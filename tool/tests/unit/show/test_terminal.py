from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from golden import golden
from torch_starter.core.report import Finding, Place, Report, Stop, Verdict
from torch_starter.show.terminal import console, show
from unit.show import reports
from unit.show.checked import checked

REPORTS = {
    "judged": reports.judged,
    "well": reports.well,
    "planned": reports.planned,
    "stopped": reports.stopped,
    "benchmark": reports.benchmarked,
    "benchmark-history": reports.remembered,
    "benchmark-list": reports.choice,
    "all-checks": checked,
}
VERDICTS: list[Verdict] = ["ok", "warn", "fail", "crash", "skip", "unknown"]
NOT_WRAPPED = ("    mend ", "what to do: ")
ID = st.from_regex(r"[a-z]{1,9}\.[a-z-]{1,30}", fullmatch=True)
WORDS = st.text(st.characters(exclude_characters="\n\r\u2028\u2029\x0b\x0c\x1c\x1d\x1e\x85", exclude_categories=["Cs"]))


def shown(report: Report, encoding: str = "utf-8", width: int | None = None) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    show(report, console(stream, width))
    stream.flush()
    return raw.getvalue().decode(encoding)


def as_kept(text: str) -> str:
    """Without the spaces at the ends of lines, which editors remove."""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@pytest.mark.parametrize("name", REPORTS)
def test_a_user_sees(name: str) -> None:
    text = shown(REPORTS[name]())
    assert as_kept(text) == golden(f"{name}.txt", as_kept(text))


@pytest.mark.parametrize("name", ["judged", "benchmark", "benchmark-history", "all-checks"])
def test_a_user_whose_output_knows_only_ascii_sees_words_for_signs(name: str) -> None:
    text = shown(REPORTS[name](), "ascii")
    assert as_kept(text) == golden(f"{name}-ascii.txt", as_kept(text))
    assert text.isascii()


@pytest.mark.parametrize("name", REPORTS)
def test_no_line_but_a_remedy_is_wider_than_80_columns(name: str) -> None:
    lines = shown(REPORTS[name]()).splitlines()
    notes = tuple(REPORTS[name]().notes) or NOT_WRAPPED  # of which whoever reads them from a pipe wants whole lines
    assert not [line for line in lines if cell_len(line) > 80 and not line.startswith((*NOT_WRAPPED, *notes))]


@pytest.mark.parametrize("name", REPORTS)
def test_what_is_no_terminal_gets_no_colour_codes(name: str) -> None:
    assert "\x1b" not in shown(REPORTS[name]())


def test_a_terminal_gets_colours_unless_the_user_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" in shown(reports.well())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in shown(reports.well())


def test_a_remedy_is_one_line_that_can_be_copied() -> None:
    remedy = next(finding.remedy for finding in reports.judged().findings if len(finding.remedy) > 80)
    assert f"    mend {remedy}\n" in shown(reports.judged())


@pytest.mark.parametrize("text", ["PYTHONPATH=/a:b:c", ":smile:", "[bold]x[/bold]", "[/]", "a[0]\\"])
def test_words_are_shown_as_they_are(text: str) -> None:
    finding = Finding(id="a.b", verdict="fail", title=text, seen=text, wanted=text, remedy=text)
    assert shown(Report(command="x", findings=[finding], notes=[text])).count(text) == 5


def test_what_is_not_well_comes_behind_the_groups_the_worst_last() -> None:
    lines = shown(reports.judged()).splitlines()
    heads = [
        line[:3]
        for line in lines
        if " packages.trio.torchaudio " in line or line[2:].startswith(("variables.", "bridges.", "caches."))
    ]
    assert heads == ["! v", "? c", "✗ p", "✗ b"]
    assert lines.index("! variables.threads  thread counts agree") > max(
        lines.index(line) for line in lines if line.startswith("- skipped")
    )


def test_things_skipped_for_one_reason_are_one_line_and_a_whole_group_is_named_once() -> None:
    why = {
        "gpu.driver": "no driver",
        "gpu.build": "no driver",
        "uses.a": "see imports.a",
        "imports.a": "see imports.a",
        "bridges.a": "see imports.a",
    }
    findings = [Finding(id=id, verdict="skip", title="t", seen=seen) for id, seen in why.items()]
    text = shown(Report(command="x", findings=[*findings, Finding(id="uses.b", verdict="ok", title="t")]))
    assert "- skipped  gpu: no driver\n" in text
    assert "- skipped  uses.a, imports, 1 more: see imports.a\n" in text


def test_names_of_groups_stand_below_each_other_where_signs_are_words() -> None:
    lines = shown(reports.judged(), "ascii").splitlines()
    names = ("system", "imports", "packages", "bridges", "variables", "caches", "skipped")
    columns = {line.index(name) for name, line in zip(names, lines, strict=False)}
    assert columns == {len("unknown ")}


@pytest.mark.parametrize("width", [40, 60])
def test_a_narrow_terminal_is_not_overrun(width: int) -> None:
    lines = shown(reports.judged(), width=width).splitlines()
    notes = tuple(reports.judged().notes)
    assert not [line for line in lines if cell_len(line) > width and not line.startswith((*NOT_WRAPPED, *notes))]


def test_a_long_path_is_shown_whole_and_a_long_text_by_its_ends() -> None:
    path = "/data/" + "folder/" * 20 + "libtorch.so"
    text = shown(Report(command="x", findings=[Finding(id="a.b", verdict="fail", title="t", seen=path)]))
    assert path in "".join(line.strip().removeprefix("seen ") for line in text.splitlines())
    seen = "first " + "word " * 1000 + "last"
    text = shown(Report(command="x", findings=[Finding(id="a.b", verdict="fail", title="t", seen=seen)]))
    assert len(text.splitlines()) < 30
    assert all(word in " ".join(text.split()) for word in ("first", "last", "characters left out: --json has them"))


def of_place(line: int, seen: str, remedy: str, verdict: Verdict = "warn") -> Finding:
    return Finding(id="a.b", verdict=verdict, title="t", seen=seen, wanted="w", remedy=remedy, place=Place("f", line))


def test_places_of_one_id_stand_together_and_what_they_have_alike_is_said_once() -> None:
    ports = [of_place(3, "one", "x it"), of_place(5, "two", "x it"), of_place(7, "one", "x it")]
    other = Finding(id="a.c", verdict="warn", title="u", seen="v")
    findings = [ports[0], other, *ports[1:], of_place(8, "three", "y it"), of_place(9, "four", "z it", "fail")]
    lines = [line.rstrip() for line in shown(Report(command="x", findings=findings)).splitlines()]
    assert lines[0] == "✗ a  1 fail, 5 warn: b, c"
    assert lines[2:-3] == [
        "! a.b  t",
        *("    seen one", "      at f:3, f:7", "    seen two", "      at f:5", "  wanted w", "    mend x it"),
        *("    seen three", "      at f:8", "    mend y it"),
        "",
        *("! a.c  u", "    seen v"),
        "",
        *("✗ a.b  t", "    seen four", "      at f:9", "  wanted w", "    mend z it"),
    ]


def test_control_codes_of_other_programs_are_left_out() -> None:
    finding = Finding(id="a.b", verdict="fail", title="t", seen="\x1b[31mred\x1b[0m\x07 and \x1b]0;title")
    stop = Stop("x", "\x1b[31mred", "\x1b[2Jmend")
    text = shown(Report(command="x", findings=[finding], notes=["\x1b[31mnote"], stop=stop))
    assert "seen red and " in text
    assert "\nnote\nstopped: red\nwhat to do: mend\n" in text
    assert "\x1b" not in text


@given(
    st.lists(st.builds(Finding, id=ID, verdict=st.sampled_from(VERDICTS), title=WORDS, seen=WORDS, wanted=WORDS, remedy=WORDS)),
    st.sampled_from(["utf-8", "ascii", "latin-1"]),
)
def test_whatever_was_found_can_be_shown(findings: list[Finding], encoding: str) -> None:
    text = shown(Report(command="x", findings=findings), encoding)
    assert "\x1b" not in text
    lines = text.splitlines()
    assert not [line for line in lines if cell_len(line) > 80 and not line.startswith(NOT_WRAPPED)]


def test_of_many_of_one_kind_some_are_told_and_the_others_counted() -> None:
    many = [Finding(id="lint.rules", verdict="fail", title="x", seen=f"rule {number}") for number in range(20)]
    brief = shown(Report(command="all-checks", findings=many, brief=12))
    assert "rule 11" in brief
    assert "rule 12" not in brief
    assert "and 8 more: --only lint --json has all" in brief
    assert "rule 19" in shown(Report(command="lint", findings=many))
