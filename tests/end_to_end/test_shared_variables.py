"""Broadcasts, accumulators and files for tasks in real tabs."""

from __future__ import annotations

import asyncio
import random
import sys
import zipfile
from pathlib import Path

import pytest
from tests.end_to_end.shared_variables import broadcast_and_count, modules_and_files
from tests.end_to_end.swarm import Swarm

from tabswarm.browsers import Browser
from tabswarm.driver.source_store import SourceStore
from tabswarm.ids import BlockId
from tabswarm.transport.relay import Served

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

MEGABYTES = 6


async def test_three_tabs_get_a_broadcast_twice_from_the_driver_and_add_to_accumulators(
    swarm: Swarm, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[BlockId] = []
    look_up = SourceStore.look_up

    async def counted(store: SourceStore, block: BlockId, segments: tuple[int, ...] | None) -> Served | None:
        served.append(block)
        return await look_up(store, block, segments)

    monkeypatch.setattr(SourceStore, "look_up", counted)
    pages = [await swarm.add_tab(chromium) for _ in range(3)]
    await swarm.warm_up()
    data = random.Random(3).randbytes(MEGABYTES * 1_000_000)
    looked_up, counted_records = await asyncio.to_thread(broadcast_and_count, swarm.driver_link, data)
    assert looked_up == [data[n * 1000] for n in range(600)] * 2
    assert counted_records == 1200
    assert len(served) <= 2, "the third tab has it from another one"
    *_, job = await swarm.jobs()
    assert len(job["volunteers"]) == 3
    for page in pages:
        assert not [line for line in page.console if line.level in ("error", "exception")]


async def test_a_tab_imports_a_module_and_opens_a_file_that_the_driver_gave(
    swarm: Swarm, chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "tabswarm_given.py").write_text("def double(n): return 2 * n")
    with zipfile.ZipFile(tmp_path / "texts.zip", "w") as archive:
        archive.writestr("a/b.txt", "to be")
    await swarm.add_tab(chromium)
    module, texts = str(tmp_path / "tabswarm_given.py"), str(tmp_path / "texts.zip")
    found = await asyncio.to_thread(modules_and_files, swarm.driver_link, module, texts)
    assert found == [(2 * n, "to be") for n in range(6)]
