"""Records as the bytes of text files."""

from __future__ import annotations

import bz2
import gzip

import pytest

from tabswarm.rdd.text_encoding import CHUNK, EncodeLines, codec_of


def test_text_is_utf_8_bytes_are_themselves_and_the_rest_is_its_str() -> None:
    assert b"".join(EncodeLines("")(iter(["ä", b"\xff\n", 1.5, None, ""]))) == b"\xc3\xa4\n\xff\n\n1.5\nNone\n\n"
    assert list(EncodeLines("")(iter([]))) == []


@pytest.mark.parametrize(("codec", "unpack"), [("gzip", gzip.decompress), ("bzip2", bz2.decompress)])
def test_packed_lines_are_one_sound_file(codec: str, unpack: object) -> None:
    assert callable(unpack)
    lines = ["x" * 1000] * 1000
    assert unpack(b"".join(EncodeLines(codec)(iter(lines)))) == ("x" * 1000 + "\n").encode() * 1000
    assert unpack(b"".join(EncodeLines(codec)(iter([])))) == b""


def test_equal_records_give_equal_files() -> None:
    assert list(EncodeLines("gzip")(iter("abc"))) == list(EncodeLines("gzip")(iter("abc")))


def test_lines_are_gathered_so_that_no_chunk_is_much_larger_than_it_should_be() -> None:
    chunks = list(EncodeLines("")(iter(["y" * 99] * 10_000)))
    assert max(map(len, chunks)) <= CHUNK + 100
    assert b"".join(chunks) == (b"y" * 99 + b"\n") * 10_000


def test_a_codec_is_named_by_a_str() -> None:
    assert codec_of("org.apache.hadoop.io.compress.BZip2Codec") == "bzip2"
    with pytest.raises(TypeError, match="name of a codec"):
        codec_of(5)  # type: ignore[arg-type]
