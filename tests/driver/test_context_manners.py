"""A context as PySpark programs make it and ask of it."""

from __future__ import annotations

import pytest

from tabswarm import SparkConf, SparkContext
from tabswarm.conf import bytes_of
from tabswarm.driver.master import Local, check_master


def test_a_context_takes_its_settings_from_a_conf() -> None:
    conf = SparkConf().setMaster("local[1]").setAppName("told").set("spark.default.parallelism", 3)
    with SparkContext(conf=conf) as sc:
        assert (sc.master, sc.appName, sc.defaultParallelism) == ("local[1]", "told", 3)
        assert sc.getConf().get("spark.app.id") == sc.applicationId
        assert SparkContext.getOrCreate(SparkConf().setAppName("another")) is sc
        assert sc.startTime > 1_600_000_000_000 and sc.sparkHome is None


def test_what_the_program_says_itself_comes_first() -> None:
    with SparkContext("local[1]", "said", conf=SparkConf().setMaster("local[2]").setAppName("told")) as sc:
        assert (sc.master, sc.appName) == ("local[1]", "said")


def test_a_context_that_was_stopped_is_not_given_again() -> None:
    with SparkContext("local[1]") as first:
        pass
    second = SparkContext.getOrCreate(SparkConf().setMaster("local[1]"))
    try:
        assert second is not first
    finally:
        second.stop()


def test_an_answer_larger_than_the_settings_allow_is_refused() -> None:
    from tabswarm import ResultTooLarge

    conf = SparkConf().setMaster("local[1]").set("spark.driver.maxResultSize", "1k")
    with SparkContext(conf=conf) as sc, pytest.raises(ResultTooLarge):
        sc.range(10_000).map(lambda n: str(n * 7919)).collect()


def test_an_unknown_log_level_is_refused() -> None:
    with SparkContext("local[1]") as sc, pytest.raises(ValueError, match="LOUD"):
        sc.setLogLevel("LOUD")


@pytest.mark.parametrize(("text", "size"), [("1k", 1024), ("3MB", 3 << 20), ("0", 0), ("5b", 5)])
def test_sizes_are_written_as_sparks(text: str, size: int) -> None:
    assert bytes_of(text) == size


def test_a_size_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="512m"):
        bytes_of("much")


def test_a_local_master_may_say_how_often_a_task_may_fail() -> None:
    assert check_master("local[2,4]") == Local(2, 4)


def test_an_environment_variable_is_a_pair_or_pairs() -> None:
    with pytest.raises(ValueError, match="Either pass one key-value pair or a list of pairs"):
        SparkConf().setExecutorEnv()
