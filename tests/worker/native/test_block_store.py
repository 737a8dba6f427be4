"""Where a native volunteer's blocks lie, and when they go to disk."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.task import SinkReport
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.worker.native.block_directory import overflow_of
from tabswarm.worker.native.block_store import BlockStore
from tabswarm.worker.native.frames import Wrote


def block(partition: int) -> BlockId:
    return BlockId("a1", BlockKind.MAP_OUTPUT, 9, partition, 0)


def write(store: BlockStore, partition: int, data: bytes) -> Path:
    path = Path(f"{store.fresh_prefix()}0")
    path.write_bytes(data)
    hashes = segment_hash(data)
    report = SinkReport(block=block(partition), size=len(data), root=root_hash(hashes))
    store.add(Wrote(report, str(path), (len(data),), hashes))
    return path


def two_folders(tmp_path: Path, budget: int) -> tuple[BlockStore, Path, Path]:
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    memory.mkdir()

    def overflow() -> Path:
        disk.mkdir()
        return disk

    return BlockStore(memory, budget, overflow), memory, disk


async def served(store: BlockStore, partition: int) -> bytes:
    found = await store.look_up(block(partition), None)
    assert found is not None
    return b"".join(found.chunks)


async def test_new_blocks_past_the_budget_go_to_disk_and_are_served_from_there(tmp_path: Path) -> None:
    store, memory, disk = two_folders(tmp_path, budget=10)
    data = [bytes([partition]) * 6 for partition in range(4)]
    folders = [write(store, partition, what).parent for partition, what in enumerate(data)]
    assert folders == [memory, memory, disk, disk]
    assert store.size == 24
    assert [await served(store, partition) for partition in range(4)] == data


def test_nothing_is_made_on_disk_before_it_is_needed(tmp_path: Path) -> None:
    store, _, disk = two_folders(tmp_path, budget=10)
    write(store, 0, b"x" * 10)
    assert write(store, 1, b"x").parent != disk
    assert not disk.exists()


def test_room_that_comes_free_in_memory_is_used_again(tmp_path: Path) -> None:
    store, memory, disk = two_folders(tmp_path, budget=10)
    write(store, 0, b"x" * 11)
    spilled = write(store, 1, b"y" * 50)
    store.drop([block(0)])
    assert spilled.parent == disk
    assert write(store, 2, b"z").parent == memory


def test_dropping_and_removing_leave_nothing_in_either_folder(tmp_path: Path) -> None:
    store, memory, disk = two_folders(tmp_path, budget=0)
    write(store, 0, b"x")
    spilled = write(store, 1, b"y")
    store.drop([block(1)])
    assert spilled.parent == disk and not spilled.exists()
    store.remove()
    assert not memory.exists() and not disk.exists()


def test_without_a_disk_blocks_stay_in_memory(tmp_path: Path) -> None:
    def overflow() -> Path:
        raise OSError(30, "Read-only file system")

    store = BlockStore(tmp_path, 0, overflow)
    assert [write(store, partition, b"xy").parent for partition in range(2)] == [tmp_path, tmp_path]


def test_a_folder_in_memory_overflows_to_one_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    memory.mkdir()
    disk.mkdir()
    mounts = [SimpleNamespace(mountpoint="/", fstype="ext4"), SimpleNamespace(mountpoint=str(memory), fstype="tmpfs")]
    monkeypatch.setattr("psutil.disk_partitions", lambda all: mounts)
    monkeypatch.setattr("tempfile.tempdir", str(disk))
    overflow = overflow_of(memory / "tabswarm-blocks-1")
    assert overflow is not None
    assert overflow().parent == disk
    assert overflow_of(disk) is None
