"""What a stranger must not see is not there; what helps them still is."""

from __future__ import annotations

import platform
import re
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torch_starter.show.redact import Person, redact, this_person

ANN = Person("/home/ann", "ann", "login07.cluster.example")
ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def letters(alphabet: str, least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=least, max_size=most)


def with_a_digit(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return words.map(lambda word: f"{word[:-1]}7")


UUIDS = st.uuids().map(str)
ADDRESSES = st.ip_addresses(v=4).map(str).filter(lambda text: text not in ("0.0.0.0", "127.0.0.1"))
TOKENS = st.one_of(
    letters(ALNUM, 20, 40).map("hf_{}".format),
    letters(ALNUM, 20, 40).map("sk-{}".format),
    letters(ALNUM, 20, 40).map("sk-proj-{}".format),
    letters(ALNUM, 36, 36).map("ghp_{}".format),
    letters(ALNUM, 36, 36).map("github_pat_{}".format),
    letters(string.ascii_uppercase + string.digits, 16, 16).map("AKIA{}".format),
    st.tuples(letters(ALNUM, 20, 30), letters(ALNUM, 20, 30)).map(lambda parts: f"eyJ{parts[0]}.eyJ{parts[1]}.x"),
)
LONG = with_a_digit(letters(HEX, 32, 64)) | with_a_digit(letters(ALNUM, 24, 60).map(lambda word: f"{word[:12]}+{word[12:]}="))
AROUND = st.sampled_from(["{}", "see {} there", "error: {}", "'{}'", "({})", "x\n{}\ny", "[{}]", "`{}`,"])


@given(TOKENS, AROUND)
def test_no_token_of_a_known_kind_survives(token: str, around: str) -> None:
    assert token not in redact(around.format(token), ANN)


@given(
    LONG,
    st.sampled_from(
        ["token {}", "api_key: {}", "Token='{}'", '"access-key": "{}"', "key is {}", "wandb login {}", "password {}"]
    ),
)
def test_no_long_value_behind_a_word_for_a_secret_survives(secret: str, around: str) -> None:
    assert secret not in redact(around.format(secret), ANN)


@given(
    letters(ALNUM + "!$%*+,-./:;?@_~", 4, 20).filter(
        lambda word: word not in "passwordPASSWORDHF_TOKENAWS_SECRET_ACCESS_KEYsecret" and not re.match(r"\$[A-Z_]{3,}$", word)
    ),
    st.sampled_from(
        ["password={}", "HF_TOKEN={}", "export AWS_SECRET_ACCESS_KEY='{}'", 'DB_PASSWORD: "{}"', "passwd: {}", "client_secret={}"]
    ),
)
def test_no_password_survives_however_short(secret: str, around: str) -> None:
    assert secret not in redact(around.format(secret), Person()).replace("[secret]", "")


@given(
    letters(ALNUM + "-_.~%!$", 3, 12),
    letters(ALNUM + "-_.~%:", 3, 30),
    st.sampled_from(["https", "git+https", "postgres", "http"]),
)
def test_no_credentials_and_no_query_of_a_url_survive(user: str, password: str, scheme: str) -> None:
    user, password = f"u{user}9", f"p{password}9"
    text = redact(f"get {scheme}://{user}:{password}@pkg.example.com/simple/x?sig={password}&a=1 failed", ANN)
    assert user not in text
    assert password not in text
    assert text == f"get {scheme}://pkg.example.com/simple/x?[secret] failed"


@given(
    ADDRESSES,
    st.sampled_from(["connect to {}", "{}:29500", "tcp://{}:80/x", "MASTER_ADDR={}", "inet {}/24", "({})", "from {}.", "{}, 1"]),
)
def test_no_address_survives(address: str, around: str) -> None:
    assert address not in redact(around.format(address), ANN)


@given(
    st.ip_addresses(v=6).filter(
        lambda each: int(each) > 2**64 and (str(each).count(":") > 3 or any(map(str.isdigit, str(each))))
    ),
    st.sampled_from(["to {}", "[{}]:80", "{}/64", "{}"]),
)
def test_no_address_of_the_newer_kind_survives(address: object, around: str) -> None:
    assert str(address) not in redact(around.format(address), ANN)


@given(letters(string.ascii_lowercase, 2, 9), letters(string.ascii_lowercase, 2, 9), AROUND)
def test_no_mail_address_survives(name: str, domain: str, around: str) -> None:
    mail = f"{name}@{domain}.org"
    assert mail not in redact(around.format(mail), Person())


@given(UUIDS, st.sampled_from(["GPU-{}", "MIG-{}", "{}", "uuid: {}"]))
def test_no_uuid_survives(uuid: str, around: str) -> None:
    assert uuid not in redact(around.format(uuid), ANN)


@given(
    with_a_digit(letters(string.digits, 8, 13)),
    st.sampled_from(["Serial Number: {}", "serial: {}", "serial={}", "serial_number {}"]),
)
def test_no_serial_number_survives(serial: str, around: str) -> None:
    assert serial not in redact(around.format(serial), ANN)


@given(letters(string.ascii_lowercase, 3, 10), letters(string.ascii_lowercase, 4, 10), AROUND)
def test_neither_the_user_nor_the_host_survives(user: str, host: str, around: str) -> None:
    user, host = f"{user}q", f"{host}x7"
    person = Person(f"/data/{user}", user, f"{host}.internal")
    told = f"/data/{user}/.cache, /scratch/{user}/x, {user}@{host}, {host}.internal, {host.upper()}, {user}_run"
    text = redact(around.format(told), person)
    assert user not in text
    assert host not in text.lower()
    assert "~/.cache, /scratch/[user]/x" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/ann/x/.venv/lib", "~/x/.venv/lib"),
        ("in /home/ann.", "in ~."),
        ("/home/anna/x", "/home/[user]/x"),
        ("/Users/bob/x: no", "/Users/[user]/x: no"),
        ("file:///home/ann/x", "file://~/x"),
        ("banner and ann", "banner and [user]"),
        ("Authorization: Bearer abcdefgh12345", "Authorization: Bearer [secret]"),
        ("aa:bb:cc:dd:ee:ff on eth0", "[address] on eth0"),
        ("on LOGIN07 and login07.cluster.example", "on [host] and [host]"),
        ("https://h/x#access_token=abc", "https://[host]/x?[secret]"),
        ("http://gpu-box-17:8080/v1", "http://[host]:8080/v1"),
        ("https://huggingface.co/gpt2", "https://huggingface.co/gpt2"),
        ('export HF_TOKEN="$HF_TOKN"', 'export HF_TOKEN="$HF_TOKN"'),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nx", "[secret]\nx"),
        ("::ffff:10.0.0.1 said", "[address] said"),
    ],
)
def test_what_is_replaced(text: str, expected: str) -> None:
    assert redact(text, ANN) == expected


@pytest.mark.parametrize(
    "text",
    [
        "torchaudio 2.11.0 (cu132) with torch 2.14.1 (cu130)",
        "uv pip install --python /env/bin/python 'nvidia-cudnn-cu12==9.10.2.21'",
        "nvidia-curand-cu12 10.3.9.90 instead of 10.3.9.90, locked 10.3.10.19",
        "nvidia_cublas_cu12-12.8.4.1-py3-none-any.whl, libcudnn 9 is 9.10.2 and driver 580.65.06",
        "OSError: /env/lib/python3.12/site-packages/torch/lib/libc10.so: undefined symbol: _ZNK3c105Error4whatEv",
        "KeyError: 'encoder.layer.0.attention.self.query.weight'",
        "Unexpected key: model_layers_0_attention_weight_1",
        "RuntimeError: operator torchvision::nms does not exist; at::native::add, c10::cuda, ab::cd, a[::2], test_x.py::test_y",
        "max_new_tokens=20, eos_token='</s>', tokens: 1, 2, 3, monkey: business1234567890",
        "the sha256 is e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, at 12:34:56 on 2026-11-23T22:22:39Z",
        "see pytorch#5040 and https://docs.pytorch.org/docs/stable/notes/cuda.html#memory-management",
        "http://127.0.0.1:8080/x and 0.0.0.0 are here for everybody, as ::1 is",
        "3 numbers 1.2.3, ratio 0.5, 16.0 GB, -1e-5, |x| < 3, loss 4.20 (ln 64 = 4.16)",
        "root owns /root_of_all, user and host are words, and data in data/torch is data",
    ],
)
def test_what_helps_stays_as_it_is(text: str) -> None:
    assert redact(text, ANN) == text


@given(
    st.lists(
        st.sampled_from(["torch", "2.14.1", "cannot", "import", "name", "from", "/env/lib", "x.py:3", "failed"]), max_size=12
    )
)
def test_ordinary_words_stay(words: list[str]) -> None:
    assert redact(" ".join(words), ANN) == " ".join(words)


def test_a_name_that_is_an_ordinary_word_hides_nothing_else() -> None:
    person = Person("/root", "root", "localhost")
    assert (
        redact("root at localhost: /root/.cache, /srv/root, root cause", person)
        == "root at localhost: ~/.cache, /srv/root, root cause"
    )
    assert redact("torch in site-packages/torch", Person("/home/torch", "torch", "")) == "torch in site-packages/torch"


def test_a_name_of_two_letters_is_hidden_where_it_names_somebody() -> None:
    assert (
        redact("al and all: /data/al/x, al@box, USER=al", Person("", "al", ""))
        == "al and all: /data/[user]/x, al@box, USER=[user]"
    )


@given(st.text(max_size=200))
def test_any_words_can_be_redacted(text: str) -> None:
    assert isinstance(redact(text, ANN), str)


@pytest.mark.parametrize(
    "words", ["a:", "1.", "key", "A_", "a@", "-", "http://", "@", "eyJ", "::", "/home/", "password=", "serial "]
)
def test_hostile_words_take_no_time(words: str) -> None:
    started = time.process_time()
    redact(words * 20_000, ANN)
    assert time.process_time() - started < 10


def test_this_person_has_the_name_of_this_computer() -> None:
    assert this_person().host == platform.node()
