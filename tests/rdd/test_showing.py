"""`show`, `plot` and `save` over a swarm: what is computed, what grows, and where it goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tabswarm import Context, TaskError
from tabswarm.showing.plot import Plot
from tabswarm.showing.saved_file import SavedFile
from tabswarm.showing.screen import show_on
from tabswarm.showing.table import Table


class Page:
    """What a page was asked to show, under each id."""

    def __init__(self) -> None:
        self.shown: dict[str, list[Any]] = {}

    def show(self, value: object, id: str) -> None:
        self.shown.setdefault(id, []).append(value)

    def only(self) -> list[Any]:
        [shown] = self.shown.values()
        return shown


@pytest.fixture(scope="module")
def sc() -> Iterator[Context]:
    with Context("local[2]", "showing") as context:
        yield context


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page()
    show_on(page)
    yield page
    show_on(None)


def test_a_table_has_the_first_records_and_says_whether_there_are_more(sc: Context, page: Page) -> None:
    sc.range(100, numSlices=5).map(lambda x: (x, x * x)).show(3)
    assert page.only() == [Table(["key", "value"], [[0, 0], [1, 1], [2, 4]], more=True)]


def test_a_plot_grows_part_by_part_under_one_id_and_ends_whole(sc: Context, page: Page) -> None:
    sc.range(8, numSlices=4).map(lambda x: (7 - x, x)).plot.line(title="falling")
    *parts, whole = page.only()
    assert [part.growing for part in parts] == [True] * 3
    assert whole == Plot("line", "falling", x=list(range(8)), y=[7 - x for x in range(8)])


def test_plain_numbers_keep_their_places_while_a_plot_grows(sc: Context, page: Page) -> None:
    sc.parallelize([x * x for x in range(20)], 10).plot.scatter()
    *parts, whole = page.only()
    for part in parts:
        assert part.y == [x * x for x in part.x], "a partition behind a gap stood at a place that was not its own"
    assert (whole.x, whole.y) == (list(range(20)), [x * x for x in range(20)])


def test_a_plot_of_many_partitions_is_not_drawn_for_each(sc: Context, page: Page) -> None:
    sc.range(200, numSlices=200).plot.bar()
    assert 2 <= len(page.only()) <= 60


def test_the_swarm_counts_a_histogram_and_only_counts_come(sc: Context, page: Page) -> None:
    numbers = sc.parallelize([1.0, 2.0, 2.5, None, float("nan"), 10.0], 3)
    numbers.plot.hist(3)
    *_, whole = page.only()
    assert (whole.x, whole.y) == ([1.0, 4.0, 7.0, 10.0], [3, 0, 1])
    assert list(map(int, whole.y)) == numbers.histogram(3)[1]


def test_a_histogram_of_one_value_or_none_is_drawn_all_the_same(sc: Context, page: Page) -> None:
    sc.parallelize([3, 3]).plot.hist()
    sc.parallelize([]).plot.hist()
    (*_, same), [nothing] = page.shown.values()
    assert (same.x, same.y) == ([2.5, 3.5], [2])
    assert (nothing.x, nothing.y) == ([], [])


def test_an_image_fills_row_by_row(sc: Context, page: Page) -> None:
    sc.range(4, numSlices=4).map(lambda row: (row, [row] * 2)).plot.image(width=2, height=4)
    *parts, whole = page.only()
    assert all(len(part.values) == 8 and None in part.values for part in parts)
    assert whole.values == [0, 0, 1, 1, 2, 2, 3, 3]


def test_records_past_the_limit_are_warned_of_at_the_users_line(sc: Context, page: Page) -> None:
    with pytest.warns(UserWarning, match=r"plot.line\(\) draws the first 5 records, and there are more") as warned:
        sc.range(100, numSlices=4).plot.line(limit=5)
    assert warned[0].filename == __file__
    assert len(page.only()[-1].x) == 5


def test_asking_for_nonsense_is_an_error_at_once(sc: Context) -> None:
    with pytest.raises(ValueError, match="a number of records, not -1"):
        sc.range(3).show(-1)
    with pytest.raises(ValueError, match="a positive limit"):
        sc.range(3).plot.line(limit=0)
    with pytest.raises(ValueError, match="2,000 bins, and its limit is 1,000"):
        sc.range(3).plot.hist(2_000)


def test_an_error_on_the_swarm_is_the_cells_error(sc: Context, page: Page) -> None:
    with pytest.raises(TaskError, match="ZeroDivisionError"):
        sc.range(4, numSlices=2).map(lambda x: (x, 1 / x)).plot.line()


def test_a_file_of_the_console_is_a_download(sc: Context, page: Page, tmp_path: Path) -> None:
    sc.parallelize([("a", 1)]).save(str(tmp_path / "counts.json"))
    [file] = page.only()
    assert isinstance(file, SavedFile) and (file.name, file.type) == ("counts.json", "application/json")
    assert json.loads(file.content) == [["a", 1]]
    assert list(tmp_path.iterdir()) == []


def test_a_file_elsewhere_is_there_whole_and_replaces_an_earlier_one(sc: Context, tmp_path: Path) -> None:
    for number in (1, 2):
        sc.parallelize([("a", number)]).save(tmp_path / "counts.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["counts.csv"]
    assert (tmp_path / "counts.csv").read_text().split() == ["key,value", "a,2"]


def test_a_file_that_cannot_be_written_is_refused_before_anything_runs(sc: Context, tmp_path: Path) -> None:
    ran = sc.accumulator(0)
    counted = sc.range(3).map(lambda x: ran.add(1))
    with pytest.raises(ValueError, match="cannot tell which"):
        counted.save(tmp_path / "counts.docx")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        counted.save(tmp_path / "nowhere" / "counts.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(IsADirectoryError, match="saveAsTextFile writes a folder"):
        counted.save(tmp_path / "folder.csv")
    assert ran.value == 0


def test_a_save_that_fails_leaves_what_was_there(sc: Context, tmp_path: Path) -> None:
    (tmp_path / "counts.txt").write_text("earlier")
    with pytest.raises(TaskError):
        sc.range(3).map(lambda x: 1 // x).save(tmp_path / "counts.txt")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["earlier"]
