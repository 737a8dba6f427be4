"""What may be typed as a master, and what the error says for all else."""

from __future__ import annotations

import os

import pytest

from tabswarm.driver.master import Local, check_master, chosen_master
from tabswarm.errors import BadLink
from tabswarm.transport.links import Link

TOKEN = "0123456789abcdefghij"


def test_local_masters_say_how_many_slots() -> None:
    assert check_master("local") == Local(1)
    assert check_master(" local[3] ") == Local(3)
    assert check_master("local[*]") == Local(os.cpu_count() or 1)


def test_a_driver_link_is_a_master() -> None:
    assert check_master(f"http://127.0.0.1:8700/console#{TOKEN}") == Link("http://127.0.0.1:8700", "console", TOKEN)


@pytest.mark.parametrize(
    ("master", "says"),
    [
        ("local[0]", "1 to 1024"),
        ("local[99999]", "1 to 1024"),
        ("local[two]", "type local"),
        ("", "type local"),
        ("spark://host:7077", "Apache Spark"),
        ("http://127.0.0.1:8700/console", "lacks its token"),
        (f"http://127.0.0.1:8700/join#{TOKEN}", "needs a driver link"),
    ],
)
def test_a_bad_master_is_refused_with_what_to_type_instead(master: str, says: str) -> None:
    with pytest.raises(BadLink, match=says) as refused:
        check_master(master)
    assert TOKEN not in str(refused.value)


def test_the_environment_names_the_master_where_the_program_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABSWARM_MASTER", "local[7]")
    assert chosen_master(None) == "local[7]"
    assert chosen_master("local[2]") == "local[2]"
    monkeypatch.delenv("TABSWARM_MASTER")
    assert chosen_master(None) == "local[*]"
