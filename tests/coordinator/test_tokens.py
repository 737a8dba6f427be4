"""Tokens: random, kept as hashes, each for one role, and worthless once revoked."""

from __future__ import annotations

from tabswarm.coordinator.tokens import Role, Tokens
from tabswarm.transport.links import Link, parse_link


def test_a_token_opens_what_it_was_issued_for_until_it_is_revoked() -> None:
    tokens = Tokens()
    driver, volunteer = tokens.issue(Role.DRIVER, "s1"), tokens.issue(Role.VOLUNTEER, "s2")
    grant = tokens.look_up(volunteer)
    assert grant is not None and (grant.role, grant.swarm) == (Role.VOLUNTEER, "s2")
    assert tokens.revoke(driver) is not None and tokens.look_up(driver) is None
    assert tokens.revoke(driver) is None and tokens.look_up(volunteer) == grant


def test_no_token_is_kept_and_none_comes_twice() -> None:
    tokens = Tokens()
    issued = {tokens.issue(Role.DRIVER, "s1") for _ in range(500)}
    assert len(issued) == 500 and all(len(token) * 6 >= 128 for token in issued)
    kept = repr(vars(tokens))
    assert not any(token in kept for token in issued)


def test_near_misses_and_nonsense_open_nothing() -> None:
    tokens = Tokens()
    token = tokens.issue(Role.DRIVER, "s1")
    for shown in ("", token[:-1], token + "A", token.swapcase(), " " + token, "\ud800", "\0", "x" * 10**6):
        assert tokens.look_up(shown) is None


def test_every_token_fits_into_a_link() -> None:
    token = Tokens().issue(Role.VOLUNTEER, "s1")
    assert parse_link(str(Link("http://127.0.0.1:1", "join", token))).token == token
