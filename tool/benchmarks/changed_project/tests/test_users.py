import pytest
from shop.users import greeting, initials, is_mail, may


@pytest.mark.parametrize(("text", "right"), [("a@b.org", True), ("a@b", False), ("a b@c.org", False), ("", False)])
def test_an_address_is_told(text: str, right: bool) -> None:
    assert is_mail(text) is right


def test_initials() -> None:
    assert initials("ada king lovelace") == "AKL"


@pytest.mark.parametrize(("role", "what", "right"), [("admin", "write", True), ("guest", "write", False), ("x", "read", False)])
def test_rights(role: str, what: str, right: bool) -> None:
    assert may(role, what) is right


def test_in_the_morning() -> None:
    assert greeting("Ada", 8) == "Good morning, Ada"


def test_later() -> None:
    assert greeting("Ada", 15) == "Hello, Ada"
