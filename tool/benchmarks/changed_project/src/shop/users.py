"""Users, and what they may do."""

import re

MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+")


def is_mail(text: str) -> bool:
    return MAIL.fullmatch(text) is not None


def initials(name: str) -> str:
    return "".join(word[0].upper() for word in name.split())


def may(role: str, what: str) -> bool:
    allowed = {"admin": {"read", "write"}, "guest": {"read"}}
    return what in allowed.get(role, set())


def greeting(name: str, hour: int) -> str:
    if hour < 12:
        return f"Good morning, {name}"
    return f"Hello, {name}"
