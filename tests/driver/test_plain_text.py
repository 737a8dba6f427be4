"""What strangers' text may do to a terminal: nothing."""

from __future__ import annotations

import pytest

from tabswarm.driver.plain_text import harmless


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[2J",
        "\x1b[31;1m",
        "\x1b]0;title\x07",
        "\x1b]52;c;aGk=\x1b\\",
        "\x1bP+q\x1b\\",
        "\x1bc",
        "\x9b31m",
        "\u202e",
        "\x00\x08\x7f",
        "\r",
        "\x1b",
        "\x1b]never ended",
    ],
)
def test_an_escape_sequence_leaves_nothing(hostile: str) -> None:
    assert harmless("before" + hostile) == "before"


def test_plain_text_stays_as_it_is() -> None:
    assert harmless("naïve 数据 🙂\tone\ntwo") == "naïve 数据 🙂\tone\ntwo"
