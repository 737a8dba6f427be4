"""Programs with broadcasts, accumulators and files for tasks; a file of its own, for the tabs get its source."""

from __future__ import annotations

from tabswarm import Context, SparkFiles

PARTITIONS = 12


def modules_and_files(link: str, module: str, archive: str) -> list[tuple[int, str]]:
    """What tasks find in a module and in an archive that the driver gave them."""
    with Context(link) as sc:
        sc.addPyFile(module)
        sc.addArchive(archive)

        def find(n: int) -> tuple[int, str]:
            import tabswarm_given  # type: ignore[import-not-found]

            with open(SparkFiles.get("texts.zip") + "/a/b.txt") as file:
                return tabswarm_given.double(n), file.read()

        return sc.range(6, numSlices=6).map(find).collect()


def broadcast_and_count(link: str, data: bytes) -> tuple[list[int], int]:
    """600 bytes of the broadcast, looked up twice over, and how many were looked up."""
    with Context(link) as sc:
        table, looked_up = sc.broadcast(data), sc.accumulator(0)

        def look_up(n: int) -> int:
            looked_up.add(1)
            return table.value[n * 1000]

        numbers = sc.range(600, numSlices=PARTITIONS)
        found = [n for _ in range(2) for n in numbers.map(look_up).collect()]
        return found, looked_up.value
