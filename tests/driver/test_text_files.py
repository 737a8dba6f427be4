"""Files cut into ranges of whole lines: every line in exactly one range, whatever its end and wherever the cut
falls."""

from __future__ import annotations

import bz2
import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabswarm.driver.text_files import TextFiles, _bounds
from tabswarm.driver.text_paths import files_of


def lines_of(data: bytes) -> list[bytes]:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def read_all(files: TextFiles) -> list[bytes]:
    return [files.read(index) for index in range(len(files.sizes))]


@given(
    st.binary(max_size=60).map(lambda data: data.translate(bytes(b"ab\n\r"[b % 4] for b in range(256)))),
    st.integers(1, 9),
)
def test_cutting_never_splits_a_line(tmp_path_factory: pytest.TempPathFactory, data: bytes, parts: int) -> None:
    path = tmp_path_factory.mktemp("cut") / "text"
    path.write_bytes(data)
    files = TextFiles(str(path), parts)
    pieces = read_all(files)
    assert b"".join(pieces) == data
    assert [len(piece) for piece in pieces] == files.sizes
    joined = [
        line
        for piece in pieces
        if piece
        for line in (lines_of(piece)[:-1] if piece.endswith((b"\n", b"\r")) else lines_of(piece))
    ]
    whole = lines_of(data)[:-1] if data.endswith((b"\n", b"\r")) or not data else lines_of(data)
    assert joined == whole


def test_a_line_that_starts_at_a_cut_belongs_to_the_split_before(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"aaaa\nbbbb\ncccc\ndddd\n")
    assert _bounds(str(path), 20, 10) == [0, 15, 20]


def test_a_line_longer_than_a_window_leaves_empty_ranges(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"x" * 200_000 + b"\nend")
    pieces = read_all(TextFiles(str(path), 4))
    assert len(pieces) == 4
    assert b"".join(pieces) == path.read_bytes()
    assert sum(1 for piece in pieces if piece) == 2


def test_an_empty_file_is_one_empty_partition(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert TextFiles(str(tmp_path / "empty"), 4).sizes == [0]


def test_a_byte_order_mark_stays_as_it_does_when_python_opens_the_file(tmp_path: Path) -> None:
    marked = b"\xef\xbb\xbfword\n"
    (tmp_path / "marked").write_bytes(marked)
    assert read_all(TextFiles(str(tmp_path / "marked"), 1)) == [marked]
    (tmp_path / "marked.gz").write_bytes(gzip.compress(marked))
    assert read_all(TextFiles(str(tmp_path / "marked.gz"), 1)) == [marked]


def test_packed_files_are_one_partition_each(tmp_path: Path) -> None:
    text = b"line\n" * 1000
    (tmp_path / "a.gz").write_bytes(gzip.compress(text))
    (tmp_path / "b.bz2").write_bytes(bz2.compress(text))
    assert read_all(TextFiles(str(tmp_path), 8)) == [text, text]


def test_a_packed_file_that_was_cut_off_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"line\n" * 1000)[:-20])
    with pytest.raises(OSError, match=r"a\.gz ends too early"):
        TextFiles(str(tmp_path), 1)
    (tmp_path / "a.gz").write_bytes(b"no gzip at all")
    with pytest.raises(OSError, match=r"a\.gz cannot be unpacked"):
        TextFiles(str(tmp_path), 1)


def test_a_file_that_changed_since_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"one\n")
    files = TextFiles(str(path), 1)
    path.write_bytes(b"one\ntwo\n")
    with pytest.raises(OSError, match="has changed"):
        files.read(0)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        files.read(0)


def test_paths_globs_folders_and_lists_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.txt", "a.txt", "_SUCCESS", ".hidden", "c,d.log"):
        (tmp_path / name).write_text("x\n")

    def names(text: str) -> list[str]:
        return [os.path.basename(path) for path in files_of(text, "textFile")]

    assert names("b.txt") == ["b.txt"]
    assert names("b.txt,a.txt") == ["b.txt", "a.txt"]
    assert names("*.txt") == ["a.txt", "b.txt"]
    assert names("{b,a}.txt") == ["a.txt", "b.txt"]
    assert names(str(tmp_path)) == ["a.txt", "b.txt", "c,d.log"]
    assert names("*") == ["a.txt", "b.txt", "c,d.log"]
    assert names("*S") == ["_SUCCESS"]
    assert names(f"file://{tmp_path}/a.txt") == ["a.txt"]
    assert names(f"file:{tmp_path}/a.txt") == ["a.txt"]
    assert names("c,d.log") == ["c,d.log"]


def test_what_is_no_file_is_refused_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="Input path does not exist"):
        files_of(str(tmp_path / "none.txt"), "textFile")
    with pytest.raises(FileNotFoundError, match="matches 0 files"):
        files_of(str(tmp_path / "*.txt"), "textFile")
    with pytest.raises(ValueError, match="not supported yet"):
        files_of("s3://bucket/key", "textFile")
    (tmp_path / "inner").mkdir()
    with pytest.raises(IsADirectoryError, match="those below it"):
        files_of(str(tmp_path), "textFile")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no regular file"):
        files_of(str(tmp_path / "pipe"), "textFile")
