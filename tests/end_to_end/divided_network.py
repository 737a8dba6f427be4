"""A swarm over two network namespaces, one tab in each; run inside the first one, by `unshare --net`.

    python -m tests.end_to_end.divided_network direct|cut

With `cut` no UDP passes between them, as in many a company's network. Prints one JSON object: whether the answer was
right, and the bytes by the way they took.
"""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.end_to_end.big_shuffle import expected, group
from tests.end_to_end.swarm import Swarm, wait_until

from tabswarm.browsers import launch
from tabswarm.browsers.find import find_browser

HERE, THERE = "10.77.0.1", "10.77.0.2"
MEGABYTES = 8
# A namespace has no multicast DNS between the two tabs, so they tell each other addresses instead of made-up names.
ADDRESSES = ("--disable-features=WebRtcHideLocalIpsWithMdns",)


@contextmanager
def second_namespace(cut: bool) -> Iterator[list[str]]:
    """The beginning of a command that runs in another network namespace, joined to this one by a cable."""
    sleeper = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
    try:
        there = ["nsenter", "--target", str(sleeper.pid), "--net", "--"]
        ours = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{sleeper.pid}/ns/net") == ours:
            assert sleeper.poll() is None
        _ip(f"link add here type veth peer name there netns {sleeper.pid}")
        for prefix, device, address in (([], "here", HERE), (there, "there", THERE)):
            _ip("link set lo up", prefix)
            _ip(f"addr add {address}/24 dev {device}", prefix)
            _ip(f"link set {device} up", prefix)
            # A browser offers the address that leads out into the world, and none where nothing does.
            _ip(f"route add default dev {device}", prefix)
            if cut:
                _ip("rule add ipproto udp blackhole", prefix)
        yield there
    finally:
        sleeper.kill()
        sleeper.wait()


def _ip(what: str, prefix: list[str] | None = None) -> None:
    subprocess.run([*(prefix or []), "ip", *what.split()], check=True)


async def main(cut: bool) -> None:
    """Run the job and print what became of it."""
    chromium = find_browser("chromium")
    assert chromium is not None
    with second_namespace(cut) as there, tempfile.TemporaryDirectory() as folder:
        # As the name says: the browser, started over there.
        wrapper = Path(folder) / "chromium"
        wrapper.write_text(f'#!/bin/sh\nexec {" ".join(there)} "{chromium.executable}" "$@"\n')
        wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
        swarm = Swarm("--host", HERE, "--allow-plain-http")
        try:
            async with (
                launch("chromium", arguments=ADDRESSES) as near,
                launch("chromium", wrapper, arguments=ADDRESSES) as far,
            ):
                await swarm.add_tab(near)
                await swarm.add_tab(far)
                answer = await asyncio.to_thread(group, swarm.driver_link, MEGABYTES)
                # Direct bytes are told up to a second late.
                (job,) = await wait_until(swarm.jobs, lambda jobs: sum(jobs[0]["bytes"].values()) > 2**19)
        finally:
            swarm.stop()
    moved = {"right": answer == expected(MEGABYTES), "volunteers": len(job["volunteers"]), **job["bytes"]}
    print(json.dumps(moved))


if __name__ == "__main__":
    asyncio.run(main({"direct": False, "cut": True}[sys.argv[1]]))
