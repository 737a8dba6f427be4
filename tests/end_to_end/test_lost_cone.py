"""What is computed again after a tab was closed is what went with it, and no more."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from tests.end_to_end.swarm_here import swarm_here

from tabswarm import Context
from tabswarm.browsers import Browser
from tabswarm.plan.cut import BlockKey, MapOutputKey

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

RECORDS, MAPS, REDUCERS, KEYS = 360, 24, 9, 18


def reduce(records: list[int]) -> list[int]:
    """Long enough that no reducer but the first few has begun when the tab goes."""
    time.sleep(1)
    return sorted(records)


def drive(link: str) -> Any:
    with Context(link) as sc:
        pairs = sc.parallelize(range(RECORDS), MAPS).map(lambda n: (n % KEYS, n))
        return sorted(pairs.groupByKey(REDUCERS).mapValues(lambda values: reduce(list(values))).collect())


async def test_what_is_computed_again_lies_in_the_cone_of_what_the_tab_held(chromium: Browser) -> None:
    async with swarm_here() as swarm:
        scheduler = swarm.scheduler
        tabs = [await swarm.add_known_tab(chromium) for _ in range(3)]
        await swarm.warm_up()
        answer = asyncio.create_task(asyncio.to_thread(drive, swarm.driver_link))

        def maps_done() -> bool:
            tables = [table for blocks in scheduler.tables() for table in blocks.shuffles.values()]
            return bool(tables) and not any(table.absent for table in tables) and tables[0].map_partitions == MAPS

        await swarm.until(maps_done)
        leaving, _ = tabs[0]
        await leaving.close()
        assert await answer == [(key, list(range(key, RECORDS, KEYS))) for key in range(KEYS)]
        job = (await swarm.jobs())[-1]

    lost_maps = {key.partition for key in scheduler.went if isinstance(key, MapOutputKey)}
    lost_targets = {key.partition for key in scheduler.went if isinstance(key, BlockKey)}
    assert lost_maps, "the control: it went with some of the map outputs"
    nodes = {node["name"]: node for node in job["nodes"]}
    sides = {"parallelize": lost_maps, "map": lost_maps, "groupByKey": lost_targets, "mapValues": lost_targets}
    assert nodes.keys() == sides.keys()
    for name, cone in sides.items():
        again = {partition for node, partition in scheduler.again if node == nodes[name]["id"]}
        assert again <= cone, f"{name} was computed again in {again - cone}, which were not lost"
        assert nodes[name]["recomputed"] <= len(cone)
        assert nodes[name]["first"] == nodes[name]["partitions"]
    assert nodes["map"]["recomputed"] > 0
