"""The block table, and the logs of map outputs that volunteers are sent."""

from __future__ import annotations

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.cut import BlockKey, MapOutputKey, SinkKey
from tabswarm.scheduler.block_locations import BlockTable, StoredBlock, key_of


def put(table: BlockTable, key: SinkKey, *holders: str, size: int = 10) -> StoredBlock:
    (block,) = table.new_generation([key])
    stored = StoredBlock(block, size, b"root", 1, dict.fromkeys(holders), "j1", lasting=True)
    table.put(key, stored)
    return stored


def a_shuffle(map_partitions: int) -> BlockTable:
    table = BlockTable("a1")
    table.open_shuffle(7, 8, map_partitions)
    return table


def test_a_block_is_lost_with_its_last_holder() -> None:
    table, key = BlockTable("a1"), BlockKey(1, 0)
    put(table, key, "v1", "v2")
    assert not table.remove_holder(key, "v1")
    assert list(table.stored[key].holders) == ["v2"]
    assert table.remove_holder(key, "v2")
    assert not (table.stored or table.by_holder or table.by_owner)


def test_a_generation_is_never_used_twice() -> None:
    table, key = BlockTable("a1"), BlockKey(1, 0)
    first = put(table, key, "v1")
    table.drop(key)
    assert put(table, key, "v1").id.generation > first.id.generation > 0


def test_a_dropped_block_names_those_who_have_to_let_go() -> None:
    table, key = BlockTable("a1"), BlockKey(1, 0)
    put(table, key, "v1", "v2")
    assert list(table.drop(key).holders) == ["v1", "v2"]
    assert key not in table.stored


def test_a_shuffle_exists_when_no_map_partition_is_absent() -> None:
    table = a_shuffle(2)
    put(table, MapOutputKey(7, 1), "v1")
    assert list(table.shuffles[7].absent) == [0]
    put(table, MapOutputKey(7, 0), "v1")
    assert not table.shuffles[7].absent
    table.remove_holder(MapOutputKey(7, 0), "v1")
    assert list(table.shuffles[7].absent) == [0]


def test_a_volunteer_gets_the_table_whole_once_and_then_what_is_new() -> None:
    table = a_shuffle(3)
    for partition in range(3):
        put(table, MapOutputKey(7, partition), "v1")
    log = table.shuffles[7]
    assert [entry.partition for entry in log.news(log.epoch, 0)] == [0, 1, 2]
    seen = len(log.log)
    assert log.news(log.epoch, seen) == ()
    table.remove_holder(MapOutputKey(7, 1), "v1")
    again = put(table, MapOutputKey(7, 1), "v2")
    (entry,) = log.news(log.epoch, seen)
    assert (entry.partition, entry.generation, entry.holders) == (1, again.id.generation, ("v2",))


def test_a_log_that_is_mostly_history_is_compacted_and_sent_whole_again() -> None:
    table = a_shuffle(2)
    log = table.shuffles[7]
    put(table, MapOutputKey(7, 0), "v1")
    epoch, seen = log.epoch, len(log.log)
    for _ in range(100):
        put(table, MapOutputKey(7, 1), "v1")
        table.remove_holder(MapOutputKey(7, 1), "v1")
    put(table, MapOutputKey(7, 1), "v1")
    assert len(log.log) <= 2 * 2 + 17
    assert log.epoch > epoch
    assert [entry.partition for entry in log.news(epoch, seen)] == [0, 1]


def test_bytes_of_a_shuffle_are_counted_by_holder() -> None:
    table = a_shuffle(3)
    put(table, MapOutputKey(7, 0), "v1", size=5)
    put(table, MapOutputKey(7, 1), "v1", size=7)
    put(table, MapOutputKey(7, 2), "v2", size=3)
    assert table.shuffles[7].bytes_by_holder == {"v1": 12, "v2": 3}
    table.drop(MapOutputKey(7, 2))
    assert table.shuffles[7].bytes_by_holder == {"v1": 12}


def test_a_block_id_has_the_key_that_it_was_made_for() -> None:
    assert key_of(BlockId("a1", BlockKind.MAP_OUTPUT, 7, 2, 9)) == MapOutputKey(7, 2)
    assert key_of(BlockId("a1", BlockKind.PARTITION, 7, 2, 9)) == BlockKey(7, 2)
