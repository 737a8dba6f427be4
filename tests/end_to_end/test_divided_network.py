"""Two network namespaces with a tab in each: direct where UDP passes between them, and relayed where it is cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(300)


def outcome(way: str) -> dict[str, Any]:
    """What the program in namespaces of its own tells; who is not root is so in a user namespace of its own."""
    isolated = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    program = [sys.executable, "-m", "tests.end_to_end.divided_network", way]
    done = subprocess.run([*isolated, *program], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_two_networks_that_udp_passes_between_exchange_blocks_directly() -> None:
    told = outcome("direct")
    assert told["right"] and told["volunteers"] == 2
    assert told["direct"] > 2**19 and told["relayed"] < 0.01 * told["direct"], told


def test_two_networks_that_udp_is_cut_between_still_work_by_the_relay() -> None:
    told = outcome("cut")
    assert told["right"] and told["volunteers"] == 2
    assert told["direct"] == 0 and told["relayed"] > 2**19, told
