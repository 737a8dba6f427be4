"""The word count over 64 MB of text: `local[1]` and `local[2]` beside a plain loop in one process."""

from __future__ import annotations

import sysconfig
import tempfile
from collections import Counter
from operator import add
from pathlib import Path

from benchmarks.measure import compare
from tabswarm import Context

SIZE = 64 * 2**20


def write_text(path: Path) -> None:
    """Fill a file with `SIZE` bytes of the standard library's sources, repeated."""
    root = Path(sysconfig.get_paths()["stdlib"])
    text = b"".join(file.read_bytes() for file in sorted(root.glob("*.py")))
    with path.open("wb") as out:
        while out.tell() < SIZE:
            out.write(text[: SIZE - out.tell()])


def count(sc: Context, path: str) -> list[tuple[str, int]]:
    words = sc.textFile(path, 8).flatMap(lambda line: line.split())
    return words.map(lambda word: (word, 1)).reduceByKey(add, 4).collect()


def count_plainly(path: str) -> Counter[str]:
    words: Counter[str] = Counter()
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            words.update(line.split())
    return words


def run() -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder, Context("local[1]") as one, Context("local[2]") as two:
        path = Path(folder, "text.txt")
        write_text(path)
        name = str(path)
        assert dict(count(two, name)) == count_plainly(name)
        compare(
            f"Word count over {SIZE >> 20} MB",
            {
                "a plain loop": lambda: count_plainly(name),
                "local[1]": lambda: count(one, name),
                "local[2]": lambda: count(two, name),
            },
        )
