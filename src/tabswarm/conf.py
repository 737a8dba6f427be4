"""`SparkConf`: a program's settings by name, as PySpark programs write them down."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping


class SparkConf(Mapping[str, str]):
    """Settings for a context: `SparkContext(conf=conf)`.

    Of Spark's settings these mean something here: `spark.master`, `spark.app.name`, `spark.default.parallelism`,
    `spark.task.maxFailures`, `spark.driver.maxResultSize` ("512m", "2g"; 0: no limit), `spark.executorEnv.NAME`. Others
    are kept and change nothing. With `loadDefaults` the environment's `SPARK_CONF_...` are not read either: there is no
    JVM whose system properties they were.

    >>> conf = SparkConf().setMaster("local[2]").setAppName("words").set("spark.default.parallelism", 4)
    >>> conf.get("spark.app.name"), conf.get("spark.home", "nowhere"), conf.contains("spark.master")
    ('words', 'nowhere', True)
    >>> print(conf.toDebugString())
    spark.app.name=words
    spark.default.parallelism=4
    spark.master=local[2]
    """

    def __init__(self, loadDefaults: bool = True, _jvm: object = None, _jconf: object = None) -> None:
        self._values: dict[str, str] = {}

    def set(self, key: str, value: object) -> SparkConf:
        """Set a value, as text.

        >>> SparkConf().set("spark.speculation", True).get("spark.speculation")
        'true'
        """
        self._values[key] = str(value).lower() if isinstance(value, bool) else str(value)
        return self

    def setIfMissing(self, key: str, value: object) -> SparkConf:
        """Set a value where there is none.

        >>> SparkConf().set("a", 1).setIfMissing("a", 2).setIfMissing("b", 3).getAll()
        [('a', '1'), ('b', '3')]
        """
        return self if key in self._values else self.set(key, value)

    def setMaster(self, value: str) -> SparkConf:
        """Where to run: `local[2]`, or a swarm's driver link."""
        return self.set("spark.master", value)

    def setAppName(self, value: str) -> SparkConf:
        """The application's name."""
        return self.set("spark.app.name", value)

    def setSparkHome(self, value: str) -> SparkConf:
        """Spark's folder on workers; kept, and without a meaning here."""
        return self.set("spark.home", value)

    def setExecutorEnv(
        self, key: str | None = None, value: str | None = None, pairs: Iterable[tuple[str, str]] | None = None
    ) -> SparkConf:
        """An environment variable for tasks, or several.

        >>> SparkConf().setExecutorEnv("A", "1").setExecutorEnv(pairs=[("B", "2")]).getAll()
        [('spark.executorEnv.A', '1'), ('spark.executorEnv.B', '2')]
        """
        if (key is not None) == (pairs is not None):
            raise ValueError("Either pass one key-value pair or a list of pairs")
        for name, text in pairs if pairs is not None else [(key, value)]:
            self.set(f"spark.executorEnv.{name}", text)
        return self

    def setAll(self, pairs: Iterable[tuple[str, object]]) -> SparkConf:
        """Set several values.

        >>> SparkConf().setAll([("a", 1), ("b", "two")]).getAll()
        [('a', '1'), ('b', 'two')]
        """
        for key, value in pairs:
            self.set(key, value)
        return self

    def get(self, key: str, defaultValue: str | None = None) -> str | None:  # type: ignore[override]
        """A value, or the default."""
        return self._values.get(key, defaultValue)

    def getAll(self) -> list[tuple[str, str]]:
        """All values as pairs."""
        return list(self._values.items())

    def contains(self, key: str) -> bool:
        """Whether there is a value."""
        return key in self._values

    def toDebugString(self) -> str:
        """All values as lines, in order."""
        return "\n".join(f"{key}={value}" for key, value in sorted(self._values.items()))

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"SparkConf({self._values})"


_UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def bytes_of(text: str) -> int:
    """A size in Spark's words.

    >>> bytes_of("512m"), bytes_of("2gb"), bytes_of("100")
    (536870912, 2147483648, 100)
    """
    plain = text.strip().lower()
    number = plain.rstrip("bkmgt")
    unit = plain[len(number) :].removesuffix("b")
    if not number.isdigit() or unit not in _UNITS:
        raise ValueError(f"{text!r} is no size: write it as 512m or 2g")
    return int(number) * _UNITS[unit]


def user_name() -> str:
    """Who runs the program, by the environment."""
    return os.environ.get("SPARK_USER") or os.environ.get("USER") or os.environ.get("LOGNAME") or "unknown"
