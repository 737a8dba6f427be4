"""Cases of files on the driver's disk, and of RDDs that PySpark has not: lines of records, and the user's own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import Any

from tests.operations.case import Case, Sc

TEXT = b"to be\r\nor not\rto be\n\nthat is \xc3\xa4 question"
LINES = ["to be", "or not", "to be", "", "that is ä question"]


def in_a_folder(program: Callable[[Sc, str], Any]) -> Callable[[Sc], Any]:
    """The program with a folder that has the files `a.txt` and `b.txt`."""

    def run(sc: Sc) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in (("a.txt", TEXT), ("b.txt", b"")):
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(content)
            return program(sc, folder)

    return run


def names(folder: str) -> list[str]:
    """The files in a folder, but for Hadoop's own."""
    return sorted(name for name in os.listdir(folder) if not name.endswith(".crc"))


def saved_text(sc: Sc, folder: str) -> Any:
    told = []
    for codec in (None, "org.apache.hadoop.io.compress.GzipCodec", "org.apache.hadoop.io.compress.BZip2Codec"):
        target = os.path.join(folder, f"saved {codec}")
        sc.parallelize(["ä", 2, None, "last"], 2).saveAsTextFile(target, codec)
        told.append((names(target), sorted(sc.textFile(target).collect())))
    return told


def saved_records(sc: Sc, folder: str) -> Any:
    target = os.path.join(folder, "saved")
    sc.parallelize([1, ("two", [3.0, None]), {"b": b"\xff"}], 2).saveAsPickleFile(target, 2)
    return names(target), sc.pickleFile(target, 3).collect()


def refused(sc: Sc, folder: str) -> bool:
    try:
        sc.parallelize([1]).saveAsTextFile(folder)
    except Exception as error:
        return "already exists" in str(error)
    return False


def fixed(sc: Sc, folder: str) -> Any:
    path = os.path.join(folder, "records")
    with open(path, "wb") as file:
        file.write(bytes(range(40)))
    return sc.binaryRecords(path, 4).map(sum).collect()


def windows(sc: Sc) -> Any:
    from tabswarm import ArrayDependency, CustomRDD

    class Windows(CustomRDD[Any]):
        def __init__(self, numbers: Any, width: int) -> None:
            super().__init__(numbers.context)
            self.numbers = numbers
            self.width = width

        def dependencies(self) -> Any:
            count = self.numbers.getNumPartitions()
            return [ArrayDependency(self.numbers, [range(index, count) for index in range(count)])]

        def compute(self, partition: int, parents: list[Any]) -> Any:
            own = list(parents[0])
            reach = own + [number for part in parents[1:] for number in part]
            return [sum(reach[at : at + self.width]) for at in range(len(own)) if at + self.width <= len(reach)]

    sums = Windows(sc.parallelize(range(20), 4), 3)
    return sums.collect(), sums.map(lambda x: (x % 2, x)).reduceByKey(lambda a, b: a + b).collectAsMap()


CASES = [
    Case(
        "textFile",
        in_a_folder(
            lambda sc, folder: [
                sc.textFile(f"{folder}/a.txt").collect(),
                sc.textFile(f"file:{folder}/*.txt", 3).map(len).collect(),
                sc.textFile(f"{folder}/b.txt,{folder}/a.txt").count(),
            ]
        ),
        lambda: [LINES, list(map(len, LINES)), 5],
    ),
    Case(
        "wholeTextFiles and binaryFiles",
        in_a_folder(
            lambda sc, folder: [
                sorted(sc.wholeTextFiles(folder).mapValues(len).values().collect()),
                sorted(sc.binaryFiles(folder).values().collect()),
                sorted(name[-6:] for name in sc.wholeTextFiles(folder).keys().collect()),
            ]
        ),
        lambda: [[0, len(TEXT.decode())], [b"", TEXT], ["/a.txt", "/b.txt"]],
    ),
    Case("binaryRecords", in_a_folder(fixed), lambda: [sum(range(start, start + 4)) for start in range(0, 40, 4)]),
    Case(
        "saveAsTextFile",
        in_a_folder(saved_text),
        lambda: [
            (["_SUCCESS", f"part-00000{end}", f"part-00001{end}"], ["2", "None", "last", "ä"])
            for end in ("", ".gz", ".bz2")
        ],
    ),
    Case(
        "saveAsPickleFile",
        in_a_folder(saved_records),
        lambda: (["_SUCCESS", "part-00000", "part-00001"], [1, ("two", [3.0, None]), {"b": b"\xff"}]),
    ),
    Case("an existing target", in_a_folder(refused), lambda: True),
    Case(
        "lines",
        lambda sc: sc.parallelize(["a\r\nb\n", "", "c"], 2).lines().collect(),
        lambda: ["a", "b", "c"],
        pyspark=False,
    ),
    Case(
        "a custom RDD",
        windows,
        lambda: (
            [sum(range(at, at + 3)) for at in range(18)],
            {rest: sum(total for total in range(3, 57, 3) if total % 2 == rest) for rest in (0, 1)},
        ),
        pyspark=False,
    ),
]
