"""The story that the console is for, in real Chromium: three tabs compute towards a plot, one of them is closed in the
midst of it, the plot is right all the same, and the job's page says what was computed again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.end_to_end.console import open_console, put_cells, run_all, states
from tests.end_to_end.looking import look
from tests.end_to_end.swarm import PATIENCE, Swarm, wait_until

from tabswarm.browsers import Browser

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

PARTITIONS, KEYS = 60, 6
CELL = f"""
def slow(n):
    return n % {KEYS}, 1 + 0 * sum(i & n for i in range(2_000_000))

pairs = sc.parallelize(range({PARTITIONS}), {PARTITIONS}).map(slow)
counts = pairs.groupByKey({KEYS}).mapValues(len).cache()
print(sorted(counts.collect()))
counts.plot.bar(title="How many of each")
"""


async def test_a_tab_closed_in_mid_job_is_told_as_a_recomputation_and_the_plot_is_right(
    swarm: Swarm, chromium: Browser
) -> None:
    console = await open_console(chromium, swarm)
    tabs = [await swarm.add_known_tab(chromium) for _ in range(3)]
    await put_cells(console, CELL)
    running = asyncio.create_task(run_all(console))

    def all_have_blocks(jobs: list[dict[str, Any]]) -> bool:
        busy = {volunteer["id"] for volunteer in jobs[0]["volunteers"] if volunteer["tasks"]} if jobs else set()
        return {volunteer for _, volunteer in tabs} <= busy

    await wait_until(swarm.jobs_now, all_have_blocks)
    leaving, left = tabs.pop()
    await leaving.close()
    await running
    assert await states(console) == ["done"]
    told = await console.evaluate("document.querySelector('.cell').innerText")
    assert str([(key, PARTITIONS // KEYS) for key in range(KEYS)]) in told
    await console.wait_for("document.querySelectorAll('figure.bar svg rect').length >= " + str(KEYS), PATIENCE)

    job = (await swarm.jobs_now())[0]
    assert any(node["recomputed"] for node in job["nodes"])
    await console.click("#to-jobs")
    await console.evaluate(f"document.querySelector('#jobs .job a[href*=\"job={job['id']}\"]').click()")
    sentence = "document.querySelector('#jobs').innerText.match(/[^\\n]*computed again\\./)?.[0]"
    assert left in await console.wait_for(sentence, PATIENCE)
    assert await look(console, "console-job-after-a-loss") == []
    await console.close()
