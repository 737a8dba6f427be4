"""Links: what is one, what is none, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabswarm.errors import BadLink
from tabswarm.transport.links import is_loopback, parse_link

TOKEN = "abcdefghijklmnop-_0123456789"


@pytest.mark.parametrize(
    ("text", "role", "socket"),
    [
        (f"http://127.0.0.1:8700/join#{TOKEN}", "volunteer", "ws://127.0.0.1:8700/socket"),
        (f"https://swarm.example/console#{TOKEN}", "driver", "wss://swarm.example/socket"),
        (f"https://swarm.example/join/#{TOKEN}", "volunteer", "wss://swarm.example/socket"),
        (f"http://[::1]:8700/join#{TOKEN}\n", "volunteer", "ws://[::1]:8700/socket"),
    ],
)
def test_a_link_is_taken_apart(text: str, role: str, socket: str) -> None:
    link = parse_link(text)
    assert (link.role, link.socket_url("control"), link.token) == (role, socket, TOKEN)
    assert link.socket_url("relay").endswith("/relay")
    assert parse_link(str(link)) == link


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no link"),
        ("local[2]", "no link"),
        (f"ftp://host/join#{TOKEN}", "no link"),
        (f"http:///join#{TOKEN}", "no link"),
        (f"http://host:99999/join#{TOKEN}", "no link"),
        (f"http://[::1/join#{TOKEN}", "no link"),
        (f"http://host/elsewhere#{TOKEN}", "neither /join nor /console"),
        (f"http://host/operator#{TOKEN}", "an operator link: it opens in a browser only"),
        (f"http://host/join?token={TOKEN}#{TOKEN}", "query"),
        (f"http://me:secret@host/join#{TOKEN}", "user name"),
        ("http://host/join", "lacks its token"),
        ("http://host/join#short", "cut off"),
        (f"http://host/join#{TOKEN} and more", "cut off"),
    ],
)
def test_what_is_no_link_is_refused_in_plain_words(text: str, why: str) -> None:
    with pytest.raises(BadLink, match=why) as refused:
        parse_link(text)
    assert TOKEN not in str(refused.value) and "secret" not in str(refused.value)


def test_a_link_for_another_role_says_which_it_is() -> None:
    with pytest.raises(BadLink, match="is an invite link, and this needs a driver link"):
        parse_link(f"http://host/join#{TOKEN}", role="driver")
    with pytest.raises(BadLink, match="is a driver link, and this needs an invite link"):
        parse_link(f"http://host/console#{TOKEN}", role="volunteer")


def test_the_repr_of_a_link_leaves_its_token_out() -> None:
    assert TOKEN not in repr(parse_link(f"http://host/join#{TOKEN}"))


@given(st.text())
def test_any_text_is_a_link_or_a_bad_link(text: str) -> None:
    try:
        parse_link(text)
    except BadLink as refused:
        assert "\n" not in str(refused)


def test_loopback_is_told_from_the_rest() -> None:
    assert all(map(is_loopback, ("localhost", "a.localhost", "127.9.9.9", "::1")))
    assert not any(map(is_loopback, ("", "0.0.0.0", "10.0.0.1", "localhost.example", "::")))
