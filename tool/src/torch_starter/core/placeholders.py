"""What stands in the place of a secret in an example: a word, a pattern, one letter again and again."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter

WORDS = re.compile(
    r"example|placeholder|changeme|change[_-]?(?:me|it|this)|redacted|replace|your[_-]?(?:own|api|token|key|secret|pass|access|account)"
    r"|secret[_-]?here|not[_-]?a[_-]?real|deadbeef|xxxxxx|\.\.\.|\*{3}",
    re.IGNORECASE,
)
SHORT_WORDS = re.compile(r"dummy|fake|your|insert|todo|sample|xxxx|foobar|hunter2", re.IGNORECASE)  # random letters may hold one
REFERENCE = re.compile(
    r"<.*>|\[.*\]|\$.*|\{.*\}|%\(.*|.*\$\{.*|.*\{\{.*|~?/.*|\./.*|[A-Z]+(?:_[A-Z0-9]+)*|.*(?:environ|getenv|secrets\.).*"
)
NOBODYS = re.compile(
    r"(?:.*\.)?(?:example(?:\.\w+)?|test|invalid|localhost|host|hostname|server)|127\..*|0\.0\.0\.0", re.IGNORECASE
)
POOR = re.compile(
    r"(?:my)?(?:pass(?:word|wd)?|p[a4]ss\w{0,3}|pwd?|secret|s3cret|token|key|user|name|guest|admin|root|none|horse"
    r"|repo|prefix|suffix|scope|version|tag|branch|sha|port|path)",
    re.IGNORECASE,
)
RUN = 6  # characters that follow each other in the alphabet, or in ten digits
BITS, LEAST_KINDS = 2.5, 5  # of entropy for each character, and different characters
CHOSEN_BITS = 2.8  # of what people choose
LONG = 12
# a name beside that of a secret, of something that is not one: token_type, secret_name, password_file, token_url
BESIDE = re.compile(
    r"_?(?:file|path|dir|url|uri|name|names|type|types|size|length|limit|id|ids|class|classes|endpoint|server|env|var|field|header"
    r"|param|kwarg|kwargs|key|prefix|suffix|format|pattern|regex|store|manager|provider|scope|scopes|cls|idx|index|count|mask|map"
    r"|list|label|labels|message|error|help|doc|hint|description|title|placeholder|izer|izers|ize|ized|izer_\w*|ization)",
    re.IGNORECASE,
)
WORDS_AND_MARKS = re.compile(r"[A-Za-z]+(?:[ _.:/@|#+-]+[A-Za-z]+)*[_.:/@|#+-]*\d{0,3}")  # snake_case, a.dotted.name, some-words1
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SMALL = re.compile(r"[a-z0-9]+(?:[-_./:][a-z0-9]+){2,}|[a-z0-9._-]+/[a-z0-9._-]+")  # the-name-of-a-model-7b, a/path.1
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def is_placeholder(secret: str, least: int = LEAST_KINDS) -> bool:
    """Whether it only stands for a secret. `least`: it has at least so many different characters."""
    text = secret.strip()
    if WORDS.search(text) or (SHORT_WORDS.search(text) and not has_all(text)) or len(set(text)) < least or runs(text):
        return True
    return len(text) >= 16 and entropy(text) < BITS


def is_chosen(secret: str, beside: str) -> bool:
    """Whether a value is a password by its name: neither a word of a program nor what stands for one."""
    if BESIDE.fullmatch(beside) or ADDRESS.match(secret) or is_placeholder(secret):
        return False
    if UUID.fullmatch(secret) or SMALL.fullmatch(secret) or is_reference(secret):
        return False
    if WORDS_AND_MARKS.fullmatch(secret) and not (len(secret) >= 2 * LONG and has_all(secret)):
        return False
    mixed = bool(re.search(r"[A-Za-z]", secret)) and bool(re.search(r"\d", secret))
    return mixed and entropy(secret) >= CHOSEN_BITS and not re.fullmatch(r"[\w.-]+(?:==|>=|\.whl|\.json|\.py).*", secret)


def is_shown(password: str, host: str) -> bool:
    """Whether a password for a host only shows how one is written: the host is nobody's, or it is a word for a password."""
    if NOBODYS.fullmatch(host) or POOR.fullmatch(password) or is_reference(password):
        return True
    return is_placeholder(password, least=3)


def is_reference(text: str) -> bool:
    """Whether it says where a secret is: a variable, a path, a field of a template."""
    return REFERENCE.fullmatch(text) is not None and not (len(text) > LONG and text.isalnum())


def has_all(text: str) -> bool:
    """Whether small and capital letters and digits are in it, as in a random one."""
    return all(re.search(kind, text) for kind in ("[a-z]", "[A-Z]", r"\d"))


def entropy(text: str) -> float:
    """Bits for each character, by how often each of them comes."""
    total = len(text)
    return -sum(count / total * math.log2(count / total) for count in Counter(text).values()) if total else 0.0


def runs(text: str) -> bool:
    """Whether letters or digits follow each other in it, as in abcdefg and 1234567."""
    length = best = 1
    for one, other in itertools.pairwise(text):
        length = length + 1 if ord(other) - ord(one) == 1 or (one, other) == ("9", "0") else 1
        best = max(best, length)
    return best >= RUN and best >= min(len(text) / 4, 10)
