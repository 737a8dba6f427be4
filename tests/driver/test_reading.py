"""What a context reads from the driver's disk, in `local[2]`: each wrong file is an error that names it, or the
documented result."""

from __future__ import annotations

import bz2
import gzip
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tabswarm import Context, NotApplicable, RecordTooLarge, SourceUnavailable
from tabswarm.driver import whole_files


@pytest.fixture(scope="module")
def sc() -> Iterator[Context]:
    with Context("local[2]", "reading") as context:
        yield context


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a\r\nb\rc", ["a", "b", "c"]),
        (b"a\x0bb\x0c\x1c\xc2\x85c\n", ["a\x0bb\x0c\x1c\x85c"]),
        (b"sm\xf6rg\xe5s\n", ["sm\ufffdrg\ufffds"]),
        ("ab\n".encode("utf-16"), ["\ufffd\ufffda\0b\0", "\0"]),
    ],
)
def test_a_text_file_gives_the_documented_lines(sc: Context, tmp_path: Path, content: bytes, lines: list[str]) -> None:
    (tmp_path / "text").write_bytes(content)
    assert sc.textFile(str(tmp_path / "text"), 1).collect() == lines
    assert sc.textFile(tmp_path / "text", 3).collect() == lines


def test_without_unicode_lines_are_bytes(sc: Context, tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"\xff\r\nb\n")
    lines: list[object] = [*sc.textFile(str(tmp_path), use_unicode=False).collect()]
    assert lines == [b"\xff", b"b"]


@pytest.mark.parametrize("read", ["textFile", "wholeTextFiles", "binaryFiles", "pickleFile"])
def test_what_is_no_file_is_an_error_at_once_that_names_it(sc: Context, tmp_path: Path, read: str) -> None:
    call: Callable[[object], object] = getattr(sc, read)
    with pytest.raises(FileNotFoundError, match=r"Input path does not exist: .*nowhere"):
        call(str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match=f"{read} uses the driver's own disk; hdfs: is not supported yet"):
        call("hdfs://host/file")
    with pytest.raises(TypeError, match=f"{read} needs a path as a str, not int"):
        call(5)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no regular file"):
        call(str(tmp_path / "pipe"))


def test_whole_text_files_are_pairs_of_path_and_text(sc: Context, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\n\xff")
    (tmp_path / "b.gz").write_bytes(gzip.compress(b"two") + gzip.compress(b"three"))
    (tmp_path / "c.bz2").write_bytes(bz2.compress(b"four"))
    (tmp_path / "_SUCCESS").write_bytes(b"")
    expected = [("a.txt", "one\r\n\ufffd"), ("b.gz", "twothree"), ("c.bz2", "four")]
    files = sc.wholeTextFiles(str(tmp_path))
    assert files.collect() == [(f"file:{tmp_path}/{name}", text) for name, text in expected]
    raw: list[object] = [*sc.wholeTextFiles(f"file:{tmp_path}/a.txt", use_unicode=False).collect()]
    assert raw == [(f"file:{tmp_path}/a.txt".encode(), b"one\r\n\xff")]
    assert sc.textFile(files.keys().first()).collect() == ["one", "\ufffd"]


def test_small_files_share_partitions_down_to_the_number_asked_for(sc: Context, tmp_path: Path) -> None:
    for index in range(12):
        (tmp_path / f"{index:02}").write_bytes(b"x" * 100)
    files = sc.binaryFiles(str(tmp_path), 3)
    assert files.getNumPartitions() == 3
    assert files.mapValues(len).values().collect() == [100] * 12
    assert sc.binaryFiles(str(tmp_path), 100).getNumPartitions() == 12


def test_a_file_too_large_for_a_record_is_refused_at_once(
    sc: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_files, "RECORD_LIMIT", 2000)
    (tmp_path / "large").write_bytes(bytes(2000))
    with pytest.raises(RecordTooLarge, match=r"large has 2,000 bytes"):
        sc.binaryFiles(str(tmp_path))


def test_binary_records_are_cut_at_their_length(sc: Context, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(range(30)))
    (tmp_path / "b").write_bytes(b"")
    records = sc.binaryRecords(str(tmp_path), 3)
    assert records.collect() == [bytes(range(start, start + 3)) for start in range(0, 30, 3)]
    assert records.getNumPartitions() == 3
    (tmp_path / "c").write_bytes(b"1234567")
    with pytest.raises(ValueError, match="c has 7 bytes: 2 records of 3, and 1 bytes left over"):
        sc.binaryRecords(str(tmp_path), 3)
    with pytest.raises(ValueError, match="recordLength"):
        sc.binaryRecords(str(tmp_path), 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"SEQ\x06\x19org.apache.hadoop.io", "a Hadoop SequenceFile, as PySpark's saveAsPickleFile writes"),
        (b"\x80\x05]q\x00.", "was not written by tabswarm's saveAsPickleFile"),
        (b"tabswarm records 1\n[", "ends in the middle of its records"),
        (b"tabswarm records 1\n5\n", "ends in the middle of its records"),
        (b"tabswarm records 1\n[]\n\x00\x05", "ends in the middle of its records"),
        (b"tabswarm records 1\n[]\n\x00\x05\x00\x00\x00\x05\x00\x00\x00ab", "ends in the middle of its records"),
    ],
)
def test_what_is_no_pickle_file_is_refused_at_once(sc: Context, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        sc.pickleFile(str(tmp_path))


def test_a_pickle_file_of_a_stranger_runs_nothing(sc: Context, tmp_path: Path) -> None:
    hostile = b"cos\nsystem\n(S'touch " + os.fsencode(tmp_path / "harm") + b"'\ntR."
    header = b"\x00" + len(hostile).to_bytes(4, "little") * 2
    (tmp_path / "file").write_bytes(b"tabswarm records 1\n[]\n" + header + hostile)
    with pytest.raises(Exception, match=r"os\.system"):
        sc.pickleFile(str(tmp_path / "file")).collect()
    assert not (tmp_path / "harm").exists()


def test_a_large_pickle_file_is_cut_between_its_records(sc: Context, tmp_path: Path) -> None:
    saved = str(tmp_path / "saved")
    sc.range(300_000, numSlices=1).saveAsPickleFile(saved)
    again = sc.pickleFile(saved, 3)
    assert again.getNumPartitions() >= 3
    assert again.sum() == sum(range(300_000))
    assert again.first() == 0


@pytest.mark.parametrize("read", ["textFile", "wholeTextFiles", "binaryFiles"])
@pytest.mark.parametrize("harm", ["change", "vanish"])
def test_a_file_that_changes_or_goes_before_it_is_read_ends_the_job_and_is_named(
    sc: Context, tmp_path: Path, read: str, harm: str
) -> None:
    path = tmp_path / "data.txt"
    path.write_text("before\n")
    rdd = getattr(sc, read)(str(path))
    if harm == "change":
        path.write_text("after that\n")
    else:
        path.unlink()
    words = rf"data\.txt has changed since {read}" if harm == "change" else r"No such file.*data\.txt"
    with pytest.raises(SourceUnavailable, match=words):
        rdd.collect()


def test_a_file_that_changes_while_the_job_runs_ends_it_and_is_named(sc: Context, tmp_path: Path) -> None:
    path, started, go_on = (tmp_path / name for name in ("data.txt", "started", "go on"))
    path.write_text("1\n2\n")

    def wait(line: str, started: str = str(started), go_on: str = str(go_on)) -> str:
        import os
        import time

        open(started, "w").close()
        while not os.path.exists(go_on):
            time.sleep(0.01)
        return line

    first = sc.textFile(str(path), 1).map(wait)
    again = first.repartition(2).union(sc.textFile(str(path), 1))
    failed: list[BaseException] = []

    def collect() -> None:
        try:
            again.filter(bool).collect()
            sc.textFile(str(path), 1).collect()
            late.collect()
        except BaseException as error:
            failed.append(error)

    late = sc.textFile(str(path), 1)
    thread = threading.Thread(target=collect)
    thread.start()
    while not started.exists():
        threading.Event().wait(0.01)
    path.write_text("3\n4\n5\n")
    go_on.touch()
    thread.join(60)
    assert isinstance(failed[0], SourceUnavailable)
    assert "data.txt has changed" in str(failed[0])


@pytest.mark.parametrize("call", ["sequenceFile", "hadoopFile", "hadoopRDD", "newAPIHadoopFile", "newAPIHadoopRDD"])
def test_what_only_hadoop_reads_says_so_and_names_what_to_use(sc: Context, call: str) -> None:
    with pytest.raises(NotApplicable, match=f"{call} needs Hadoop.* pickleFile"):
        getattr(sc, call)("path", "org.apache.hadoop.mapred.TextInputFormat", keyClass="x")
    assert issubclass(NotApplicable, NotImplementedError)
