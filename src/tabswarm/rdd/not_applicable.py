"""Methods of PySpark's RDD that mean something to Spark SQL or to a cluster manager only: clear errors."""

from __future__ import annotations

from typing import NoReturn

from tabswarm.errors import NotApplicable
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.type_variables import T_co


class NotApplicableHere(Structure[T_co]):
    """`toDF`, `withResources`, `getResourceProfile`."""

    def toDF(self, schema: object = None, sampleRatio: float | None = None) -> NoReturn:
        """An error: DataFrames are Spark SQL's.

        >>> sc.parallelize([("a", 1)]).toDF(["name", "number"])
        Traceback (most recent call last):
            ...
        tabswarm.errors.NotApplicable: toDF makes a DataFrame of Spark SQL, which is not here: ...
        """
        raise NotApplicable(
            "toDF makes a DataFrame of Spark SQL, which is not here: use map, filter, join and reduceByKey on the RDD, "
            "or collect() it and give the records to pandas.DataFrame or polars.DataFrame"
        )

    def withResources(self, profile: object) -> NoReturn:
        """An error: a swarm asks no cluster manager for machines.

        >>> sc.range(3).withResources(None)
        Traceback (most recent call last):
            ...
        tabswarm.errors.NotApplicable: withResources asks a cluster manager for other executors, and a swarm has ...
        """
        raise NotApplicable(
            "withResources asks a cluster manager for other executors, and a swarm has none: its volunteers are who "
            "joined. Start more or larger workers (`tabswarm worker LINK --slots N --memory BYTES`), or cut the work "
            "into more partitions"
        )

    def getResourceProfile(self) -> None:
        """None, as for every RDD of PySpark's that was given no profile.

        >>> sc.range(3).getResourceProfile() is None
        True
        """
        return None
