"""Saving to the driver's disk, in `local[2]`: complete folders or none."""

from __future__ import annotations

import bz2
import errno
import gzip
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tabswarm import Context, NotApplicable, ProgramError, TaskError
from tabswarm.driver import save_folder
from tabswarm.driver.save_folder import SaveFolder
from tabswarm.rdd.answers import AsFiles
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.shipping.records import write_records
from tabswarm.simulation.engine import SimulatedEngine


@pytest.fixture(scope="module")
def sc() -> Iterator[Context]:
    with Context("local[2]", "saving") as context:
        yield context


@dataclass(frozen=True)
class Point:
    x: int
    y: float


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_partition_is_a_file_of_lines(sc: Context, tmp_path: Path) -> None:
    sc.parallelize(["a", b"raw\xff", "", 3, None, "ä\n"], 3).saveAsTextFile(str(tmp_path / "out"))
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["_SUCCESS", "part-00000", "part-00001", "part-00002"]
    parts = [(tmp_path / "out" / f"part-0000{index}").read_bytes() for index in range(3)]
    assert parts == [b"a\nraw\xff\n", b"\n3\n", "None\nä\n\n".encode()]
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o777 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize(
    ("codec", "suffix", "unpack"),
    [
        ("org.apache.hadoop.io.compress.GzipCodec", ".gz", gzip.decompress),
        ("GzipCodec", ".gz", gzip.decompress),
        ("gzip", ".gz", gzip.decompress),
        ("org.apache.hadoop.io.compress.BZip2Codec", ".bz2", bz2.decompress),
        ("bzip2", ".bz2", bz2.decompress),
    ],
)
def test_codecs_by_the_names_that_pysparks_users_write(
    sc: Context, tmp_path: Path, codec: str, suffix: str, unpack: Any
) -> None:
    target = tmp_path / "out"
    sc.parallelize(range(3), 4).saveAsTextFile(str(target), codec)
    assert names(target) == ["_SUCCESS", *(f"part-0000{index}{suffix}" for index in range(4))]
    assert [unpack((target / name).read_bytes()) for name in names(target)[1:]] == [b"", b"0\n", b"1\n", b"2\n"]
    assert sc.textFile(str(target)).collect() == ["0", "1", "2"]


def test_a_codec_that_is_not_known_is_an_error_before_anything_runs(sc: Context, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"unknown codec 'SnappyCodec'.*GzipCodec"):
        sc.range(3).saveAsTextFile(str(tmp_path / "out"), "SnappyCodec")
    assert names(tmp_path) == []


@pytest.mark.parametrize("call", ["saveAsTextFile", "saveAsPickleFile"])
def test_an_existing_target_is_refused_before_the_job_runs(sc: Context, tmp_path: Path, call: str) -> None:
    ran = tmp_path / "ran"
    name = str(ran)
    marked = sc.range(3).map(lambda x: open(name, "w").close())
    for target in (tmp_path / "folder", tmp_path / "file", tmp_path / "link"):
        if target.name == "folder":
            target.mkdir()
        elif target.name == "file":
            target.touch()
        else:
            target.symlink_to("nowhere")
        with pytest.raises(FileExistsError, match=f"Output directory file:{target} already exists"):
            getattr(marked, call)(str(target))
    assert names(tmp_path) == ["file", "folder", "link"]


def test_what_may_be_a_record_comes_back_from_a_pickle_file(sc: Context, tmp_path: Path) -> None:
    records = [1, "two", 3.5, None, b"x", (1, [2, {"k": {3}}]), range(3)]
    sc.parallelize(records, 3).saveAsPickleFile(f"file:{tmp_path}/a b", 5)
    assert sc.pickleFile(str(tmp_path / "a b"), 3).collect() == records


def test_instances_of_the_programs_classes_come_back(sc: Context, tmp_path: Path) -> None:
    points = [Point(1, 2.5), Point(2, 3.5)]
    sc.parallelize(points, 2).saveAsPickleFile(str(tmp_path / "out"))
    assert sc.pickleFile(str(tmp_path / "out")).collect() == points
    with Context("local[1]") as other:
        assert other.pickleFile(str(tmp_path / "out")).map(lambda point: point.x).collect() == [1, 2]


def test_another_program_reads_instances_of_its_own_class_of_that_name(tmp_path: Path) -> None:
    program = """
        import sys
        from dataclasses import dataclass
        from tabswarm import Context

        @dataclass
        class Point:
            x: int

            def double(self): return {body}

        with Context("local[1]") as sc:
            if sys.argv[1] == "save":
                sc.parallelize([Point(1), Point(2)], 2).saveAsPickleFile(sys.argv[2])
            else:
                points = sc.pickleFile(sys.argv[2])
                print(points.map(lambda point: point.double()).collect(), points.collect())
    """
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    printed = ""
    for what, body in (("save", "0"), ("load", "self.x * 2")):
        script = tmp_path / "program.py"
        script.write_text(textwrap.dedent(program.format(body=body)), encoding="utf-8")
        arguments = [sys.executable, str(script), what, str(tmp_path / "out")]
        printed = subprocess.run(arguments, capture_output=True, text=True, env=environment, check=True).stdout
    assert printed == "[2, 4] [Point(x=1), Point(x=2)]\n"


def test_an_rdd_without_partitions_saves_a_folder_without_parts(sc: Context, tmp_path: Path) -> None:
    sc.emptyRDD().saveAsTextFile(str(tmp_path / "new" / "deep" / "out"))
    assert names(tmp_path / "new" / "deep" / "out") == ["_SUCCESS"]
    with pytest.raises(FileNotFoundError, match="does not exist"):
        sc.textFile(str(tmp_path / "none"))


def test_a_job_that_fails_leaves_nothing_behind(sc: Context, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="ZeroDivisionError"):
        sc.range(8, numSlices=8).map(lambda x: 1 // (7 - x)).saveAsTextFile(str(tmp_path / "new" / "out"))
    assert names(tmp_path) == []


def test_a_disk_that_is_full_is_an_error_that_names_the_target_and_leaves_nothing(
    sc: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: SaveFolder, file: object, block: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(SaveFolder, "_write_text", full)
    with pytest.raises(OSError, match=r"No space left on device: saveAsTextFile could not write .*out, and left"):
        sc.range(8).saveAsTextFile(str(tmp_path / "out"))
    assert names(tmp_path) == []
    assert sc.range(8).count() == 8


def test_a_place_where_nothing_may_be_written_is_an_error_of_its_kind(sc: Context, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="saveAsTextFile could not write"):
        sc.range(8).saveAsTextFile(str(tmp_path / "file" / "out"))
    with pytest.raises(ValueError, match="s3: is not supported"):
        sc.range(8).saveAsTextFile("s3://bucket/out")


def test_of_two_saves_to_one_target_the_second_to_end_is_refused(tmp_path: Path) -> None:
    answer = AsFiles(str(tmp_path / "out"), "", "saveAsPickleFile")
    with SaveFolder(answer, 100) as one, SaveFolder(answer, 100) as other:
        one.write(0, b"")
        other.write(0, b"")
        other.write(1, b"")
        one.complete()
        with pytest.raises(FileExistsError, match="already exists"):
            other.complete()
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["_SUCCESS", "part-00000"]


def test_a_volunteer_that_sends_other_records_than_bytes_is_refused(tmp_path: Path) -> None:
    with SaveFolder(AsFiles(str(tmp_path / "out"), "", "saveAsTextFile"), 1 << 20) as folder:
        with pytest.raises(Exception, match="holds a str"):
            folder.write(0, write_records(["text"]))
    assert names(tmp_path) == []


def test_blocks_are_not_fetched_ahead_of_what_is_written(
    sc: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every partition is larger than the window, so there is one at a time."""
    from tabswarm.driver import swarm_job

    monkeypatch.setattr(swarm_job, "STREAM_WINDOW", 100_000)
    most = 0
    write = SaveFolder.write

    def watched(self: SaveFolder, partition: int, block: bytes) -> None:
        nonlocal most
        (job,) = sc._engine._jobs  # type: ignore[attr-defined]
        most = max(most, len(job._blocks))
        write(self, partition, block)

    monkeypatch.setattr(save_folder.SaveFolder, "write", watched)
    rdd = sc.range(12, numSlices=12).map(lambda x: os.urandom(200_000).hex())
    rdd.saveAsTextFile(str(tmp_path / "out"))
    assert sum(path.stat().st_size for path in (tmp_path / "out").iterdir()) == 12 * 400_001
    assert most <= 1


def test_an_answer_larger_than_the_driver_takes_can_still_be_saved(tmp_path: Path) -> None:
    with Context("local[2]", maxResultSize=600_000) as small:
        small.range(12, numSlices=12).map(lambda x: bytes(200_000).hex()).saveAsTextFile(str(tmp_path / "out"))
    assert sum(path.stat().st_size for path in (tmp_path / "out").iterdir()) == 12 * 400_001


def test_what_tasks_add_up_while_they_save_is_counted_once(sc: Context, tmp_path: Path) -> None:
    seen = sc.accumulator(0)

    def count(x: int) -> int:
        seen.add(1)
        return x

    sc.range(10, numSlices=3).map(count).saveAsTextFile(str(tmp_path / "out"))
    assert seen.value == 10


def test_a_context_without_a_disk_says_so() -> None:
    context = EngineContext(SimulatedEngine())
    with pytest.raises(ProgramError, match="this context has none"):
        context.range(3).saveAsTextFile("out")


@pytest.mark.parametrize(
    "call",
    [
        "saveAsSequenceFile",
        "saveAsHadoopFile",
        "saveAsHadoopDataset",
        "saveAsNewAPIHadoopFile",
        "saveAsNewAPIHadoopDataset",
    ],
)
def test_what_only_hadoop_writes_says_so_and_names_what_to_use(sc: Context, call: str) -> None:
    with pytest.raises(NotApplicable, match=f"{call} needs Hadoop.*saveAsTextFile"):
        getattr(sc.range(3), call)("path", conf={})
