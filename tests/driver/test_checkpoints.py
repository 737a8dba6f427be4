"""Checkpoints: what is written once and read from then on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tabswarm import Context, StorageLevel


@pytest.fixture(scope="module")
def sc() -> Iterator[Context]:
    with Context("local[2]", "checkpoints") as context:
        yield context


def test_a_checkpoint_on_disk_cuts_the_lineage_and_is_not_computed_again(sc: Context, tmp_path: Path) -> None:
    sc.setCheckpointDir(str(tmp_path))
    runs = sc.accumulator(0)

    def count(n: int) -> tuple[int, int]:
        runs.add(1)
        return n % 3, n

    rdd = sc.parallelize(range(12), 4).map(count).filter(lambda pair: pair[0] != 2)
    rdd.checkpoint()
    assert not rdd.isCheckpointed() and rdd.getCheckpointFile() is None
    expected = rdd.collect()
    assert rdd.isCheckpointed() and not rdd.isLocallyCheckpointed()
    file = rdd.getCheckpointFile()
    assert file is not None and os.path.dirname(file) == sc.getCheckpointDir()
    assert sorted(os.listdir(file.removeprefix("file:"))) == ["_SUCCESS", *(f"part-0000{n}" for n in range(4))]
    assert rdd.collect() == expected and rdd.getNumPartitions() == 4
    assert rdd.mapPartitionsWithIndex(lambda i, part: [(i, len(list(part)))]).collect() == [(n, 2) for n in range(4)]
    assert runs.value == 12
    assert len(rdd.toDebugString().splitlines()) == 1
    assert sc._checkpointFile(file).collect() == expected


def test_an_action_on_a_child_makes_the_checkpoint_too_and_a_partial_one_makes_all_of_it(
    sc: Context, tmp_path: Path
) -> None:
    sc.setCheckpointDir(tmp_path)
    rdd = sc.parallelize(range(100), 10)
    rdd.checkpoint()
    assert rdd.map(str).take(1) == ["0"]
    assert rdd.isCheckpointed() and rdd.count() == 100


def test_a_checkpoint_whose_files_went_says_so(sc: Context, tmp_path: Path) -> None:
    sc.setCheckpointDir(tmp_path)
    rdd = sc.parallelize(range(4), 2).map(lambda n: n)
    rdd.checkpoint()
    rdd.count()
    sc._unpersist(rdd._id)
    shutil.rmtree(tmp_path)
    with pytest.raises(Exception, match="part-0000"):
        rdd.map(str).collect()


def test_without_a_folder_two_volunteers_keep_it(sc: Context) -> None:
    with Context("local[1]") as other:
        rdd = other.range(3).map(str)
        rdd.checkpoint()
        assert rdd.collect() == ["0", "1", "2"]
        assert rdd.isCheckpointed() and rdd.getCheckpointFile() is None
        assert rdd.getStorageLevel() == StorageLevel.NONE


def test_a_chain_takes_one_number(sc: Context) -> None:
    rdd = sc.parallelize(range(10))
    first = rdd.id()
    chained = rdd.map(str).filter(bool)
    assert (chained.id(), chained.id(), rdd.id()) == (first + 1, first + 1, first)


def test_another_storage_level_is_refused_until_unpersist(sc: Context) -> None:
    rdd = sc.range(3).persist(StorageLevel.DISK_ONLY_3)
    assert repr(rdd.getStorageLevel()) == "StorageLevel(True, False, False, False, 3)" and rdd.is_cached
    with pytest.raises(ValueError, match="Cannot change storage level of an RDD after it was already assigned a level"):
        rdd.persist(StorageLevel.OFF_HEAP)
    assert rdd.unpersist().persist(StorageLevel.OFF_HEAP).getStorageLevel() == StorageLevel.OFF_HEAP
