"""Rules of rights of files, and of words that have moved."""

from __future__ import annotations

import pytest

from unit.rules.ruling import Texts, ask, same

RIGHTS: list[tuple[str, Texts]] = [
    ("warn", "FROM a:1\nRUN mkdir /data \\\n && chmod -R 777 /data «\n"),
    ("warn", "FROM a:1\nRUN chmod 0777 /a «\nRUN chmod 666 /b «\nRUN chmod 2777 /c «\n"),
    ("warn", "FROM a:1\nRUN chmod a+rwx /a «\nRUN chmod -R o+w /b «\nRUN chmod ugo=rwx /c «\n"),
    ("warn", "FROM a:1\nCOPY --chmod=777 a /a «\n"),
    ("warn", "services:\n  a:\n    image: x:1\n    command: sh -c 'chmod -R 777 /data && exec a' «\n"),
    ("warn", '{\n"image": "x:1",\n"postCreateCommand": "sudo chmod -R a+rwX /workspaces" «\n}'),
    ("ok", "FROM a:1\nRUN chmod 755 /a && chmod +x /b && chmod -R u+rwX,g=rX /c && chmod u=rwx,go=rx /d\n"),
    ("ok", "FROM a:1\nRUN chmod 1777 /tmp && chmod -x /a && chmod o-w /b && chmod 770 /c && chmod +w /e && chmod a+rwxt /d\n"),
    ("ok", "FROM a:1\nCOPY --chmod=0755 a /a\n"),
    ("ok", "FROM a:1\nRUN chmod --reference=/a /b && chmod $MODE /c\n"),
    ("skip", "FROM a:1\nCOPY a /a\n"),
]


@pytest.mark.parametrize(("verdict", "texts"), RIGHTS)
def test_nobody_else_may_write(verdict: str, texts: Texts) -> None:
    assert same("open-rights", verdict, texts)


def test_a_recursive_one_also_doubles_the_layer() -> None:
    assert "twice" in ask("open-rights", "FROM a:1\nRUN chmod -R 777 /a\n")[0].seen
    assert "twice" not in ask("open-rights", "FROM a:1\nRUN chmod 777 /a\n")[0].seen
    (found,) = ask("open-rights", '{"image": "x:1", "postCreateCommand": "chmod -R 777 /a"}')
    assert "twice" not in found.seen
    assert found.remedy.endswith("or write chown here")


OLD = '{\n"image": "x:1",\n"extensions": ["a.b"], «\n"settings": {} «\n}'


def test_words_of_an_editor_stand_under_its_name() -> None:
    assert same("devcontainer-words", "warn", OLD)
    assert ask("devcontainer-words", OLD.replace(" «", ""))[0].remedy == 'write "customizations": {"vscode": {"extensions": …}}'
    assert same("devcontainer-words", "ok", '{"image": "x:1", "customizations": {"vscode": {"extensions": [], "settings": {}}}}')
    assert same("devcontainer-words", "skip", "FROM a:1\n")
