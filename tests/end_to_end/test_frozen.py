"""A tab that its browser freezes in mid-job: its lease ends; when it thaws it is there again, with its blocks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.end_to_end.gated import EXPECTED, PARTITIONS, group
from tests.end_to_end.swarm_here import swarm_here

from tabswarm.browsers import Browser
from tabswarm.browsers.chromium_page import ChromiumPage
from tabswarm.coordinator.bounds import Bounds

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

SOON = Bounds(pulse_seconds=0.25, silence_seconds=2)
"""A coordinator that takes a silent peer for gone after two seconds."""


async def test_a_tab_frozen_past_its_lease_comes_back_without_reload_and_nothing_is_computed_again(
    chromium: Browser, tmp_path: Path
) -> None:
    gate = tmp_path / "open"
    async with swarm_here(SOON) as swarm:
        scheduler, volunteers = swarm.scheduler, swarm.scheduler.state.volunteers.by_id
        tab, frozen = await swarm.add_known_tab(chromium)
        assert isinstance(tab, ChromiumPage)
        await tab.evaluate("window.neverReloaded = true")
        swarm.add_worker()
        await swarm.until(lambda: len(volunteers) == 2)
        answer = asyncio.create_task(asyncio.to_thread(group, swarm.driver_link, str(gate)))
        await swarm.until(lambda: len(scheduler.held_by(frozen)) >= PARTITIONS // 6)
        await tab.freeze()
        assert volunteers[frozen].attempts
        await swarm.until(lambda: frozen not in volunteers)
        lost = len(scheduler.went)
        assert lost >= PARTITIONS // 6
        await tab.thaw()
        await swarm.until(lambda: len(scheduler.held_by(frozen)) >= lost)
        gate.touch()
        assert await answer == EXPECTED
        assert scheduler.again == {}
        assert await tab.evaluate("window.neverReloaded")
        assert not [line for line in tab.console if line.level in ("error", "exception")]
