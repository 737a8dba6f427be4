"""Files, modules and archives that tasks find."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tabswarm import Context, SparkContext, SparkFiles
from tabswarm.errors import NotApplicable
from tabswarm.shipping.archive import ArchiveRefused


@pytest.fixture
def sc() -> Iterator[Context]:
    path = list(sys.path)
    with Context("local[2]", "files") as context:
        yield context
    sys.path[:] = path


def test_a_file_is_found_by_tasks_and_by_the_driver(sc: Context, tmp_path: Path) -> None:
    (tmp_path / "hello.txt").write_text("hello")
    sc.addFile(str(tmp_path / "hello.txt"))
    (tmp_path / "hello.txt").unlink()

    def read(n: int) -> str:
        return Path(SparkFiles.get("hello.txt")).read_text()

    assert sc.parallelize(range(4), 4).map(read).collect() == ["hello"] * 4
    assert Path(SparkFiles.get("hello.txt")).read_text() == "hello"
    assert sc.listFiles == [f"file:{tmp_path}/hello.txt"]


def test_an_rdd_that_ran_before_finds_what_was_added_later(sc: Context, tmp_path: Path) -> None:
    rdd = sc.parallelize(range(2), 2).map(lambda n: os.path.exists(SparkFiles.get("late.txt")))
    assert rdd.collect() == [False, False]
    (tmp_path / "late.txt").write_text("late")
    sc.addFile(tmp_path / "late.txt")
    assert rdd.collect() == [True, True]


def test_a_folder_needs_recursive(sc: Context, tmp_path: Path) -> None:
    (tmp_path / "data" / "sub").mkdir(parents=True)
    (tmp_path / "data" / "sub" / "a.txt").write_text("a")
    with pytest.raises(ValueError, match="recursive=True"):
        sc.addFile(tmp_path / "data")
    sc.addFile(tmp_path / "data", recursive=True)
    assert sc.range(1).map(lambda n: Path(SparkFiles.get("data"), "sub", "a.txt").read_text()).collect() == ["a"]


def test_modules_of_a_zip_are_imported_by_tasks_and_by_the_driver(sc: Context, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("tabswarm_zipped/__init__.py", "")
        archive.writestr("tabswarm_zipped/numbers.py", "ANSWER = 42")
    sc.addPyFile(str(tmp_path / "lib.zip"))

    def answer(n: int) -> int:
        from tabswarm_zipped.numbers import ANSWER  # type: ignore[import-not-found]

        return int(ANSWER)

    assert sc.range(2, numSlices=2).map(answer).collect() == [42, 42]
    assert answer(0) == 42


def test_a_missing_module_is_the_tasks_error_before(sc: Context) -> None:
    def use(n: int) -> int:
        from tabswarm_never_added import ANSWER  # type: ignore[import-not-found]

        return int(ANSWER)

    with pytest.raises(Exception, match="tabswarm_never_added"):
        sc.range(1).map(use).collect()


def test_an_archive_is_unpacked_under_its_name(sc: Context, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "texts.zip", "w") as archive:
        archive.writestr("a/b.txt", "100")
    sc.addArchive(str(tmp_path / "texts.zip"))
    found = sc.range(1).map(lambda n: Path(SparkFiles.get("texts.zip"), "a", "b.txt").read_text()).collect()
    assert found == ["100"] and sc.listArchives == [f"file:{tmp_path}/texts.zip"]


def test_a_hostile_archive_is_refused_by_the_driver_already(sc: Context, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../evil.txt", "x")
    with pytest.raises(ArchiveRefused, match="leads out"):
        sc.addArchive(str(tmp_path / "evil.zip"))


def test_the_same_name_again_stays_as_it_is(sc: Context, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("first")
    sc.addFile(tmp_path / "a.txt")
    sc.addFile(tmp_path / "a.txt")
    (tmp_path / "a.txt").write_text("second")
    with pytest.warns(UserWarning, match="stays as it is"):
        sc.addFile(tmp_path / "a.txt")
    assert Path(SparkFiles.get("a.txt")).read_text() == "first"


def test_a_url_is_not_read_by_the_driver(sc: Context) -> None:
    with pytest.raises(NotApplicable, match="download it first"):
        sc.addFile("https://example.org/data.csv")


def test_a_context_takes_modules_and_variables_with_it(tmp_path: Path) -> None:
    (tmp_path / "tabswarm_taken.py").write_text("VALUE = 7")
    path = list(sys.path)
    try:
        with SparkContext(
            "local[1]", pyFiles=[str(tmp_path / "tabswarm_taken.py")], environment={"TABSWARM_TOLD": 5}
        ) as sc:

            def take(n: int) -> tuple[int, str | None]:
                import tabswarm_taken  # type: ignore[import-not-found]

                return tabswarm_taken.VALUE, os.environ.get("TABSWARM_TOLD")

            assert sc.range(1).map(take).collect() == [(7, "5")]
            assert "TABSWARM_TOLD" not in os.environ
            (tmp_path / "environment").write_text("a file of that name")
            sc.addFile(tmp_path / "environment")
            assert sc.range(1).map(lambda n: os.path.exists(SparkFiles.get("environment"))).collect() == [True]
    finally:
        sys.path[:] = path


def test_the_files_of_a_worker_go_with_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    with Context("local[1]") as sc:
        sc.addFile(tmp_path / "a.txt")
        (folder,) = sc.range(1).map(lambda n: SparkFiles.getRootDirectory()).collect()
        assert os.path.exists(os.path.join(folder, "a.txt"))
    assert not os.path.exists(folder)
