"""Where the chunks of a saved file begin; and files that are none, or cut off at any byte."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise

import pytest

from tabswarm.shipping.record_file import head_of, read_file
from tabswarm.shipping.records import read_records, write_records


def test_what_lies_between_two_bounds_is_a_block() -> None:
    data = head_of(["a:B#1"]) + write_records([1, 2]) + write_records(["x" * 1000])
    bounds, classes = read_file(BytesIO(data), "file")
    assert classes == ["a:B#1"]
    assert len(bounds) == 3 and bounds[-1] == len(data)
    assert [read_records(data[start:end]) for start, end in pairwise(bounds)] == [[1, 2], ["x" * 1000]]


def test_a_file_cut_off_at_any_byte_is_refused_or_ends_with_a_whole_chunk() -> None:
    data = head_of(["a:B#1"]) + write_records([1]) + write_records([2])
    whole = set(read_file(BytesIO(data), "file")[0])
    for length in range(len(data) + 1):
        if length in whole:
            assert read_file(BytesIO(data[:length]), "file")[0][-1] == length
        else:
            with pytest.raises(ValueError, match="file"):
                read_file(BytesIO(data[:length]), "file")
