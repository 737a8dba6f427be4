"""Actions for the eye: a table of the first records, plots, and one file of all. tabswarm's own.

They are the counterparts of what the paper's master has: `print` is Python's `print`, or `show`; `plotLine` is
`plot.line`; `save` is `save`.
"""

from __future__ import annotations

import os

from tabswarm.errors import ResultTooLarge
from tabswarm.rdd.plotting import Plots
from tabswarm.rdd.structure import Structure
from tabswarm.rdd.type_variables import T_co
from tabswarm.showing.plain import LONGEST
from tabswarm.showing.saved_file import check_name, file_of
from tabswarm.showing.screen import display, on_page
from tabswarm.showing.table import table_of

SHORT = 60
"""Characters of a value in a table, where nothing else is said."""
LARGEST_DOWNLOAD = 64 << 20
"""Bytes of a file that a page takes from its Python in one piece."""


class Showing(Structure[T_co]):
    """`show`, `plot`, `save`."""

    def show(self, n: int = 20, truncate: bool | int = True) -> None:
        """Show the first `n` records as a table: in the console, in a notebook, or printed.

        Pairs have the columns `key` and `value`, longer tuples `_1`, `_2` and so on; named tuples, dataclasses and
        dicts their fields; anything else is one `value`. Values longer than 60 characters are cut; `truncate` is
        another length, and False shows them whole. As with `take`, no more partitions are computed than needed.

        >>> sc.parallelize([("to", 2), ("be", 2), ("or", 1)], 2).show(2)
        key  value
        ---  -----
        to       2
        be       2
        and more
        >>> sc.parallelize([{"word": "to", "line": 1}, {"word": "be"}]).show()
        word  line
        ----  ----
        to       1
        be    None
        """
        if n < 0:
            raise ValueError(f"show takes a number of records, not {n}")
        longest = SHORT if truncate is True else int(truncate) or LONGEST
        display(table_of(self._rdd._take(n + 1, "list"), n, longest))

    @property
    def plot(self) -> Plots:
        """Plots of the records: `plot.line()`, `.bar()`, `.scatter()`, `.hist()` and `.image()`.

        Drawn in the console and in notebooks, growing while partitions come, and of characters in a terminal.

        >>> sc.parallelize([("to", 4), ("be", 2)]).plot.bar(title="words")
        words
        to  ████████████████████████████████████████████████████████████ 4
        be  ██████████████████████████████ 2
        """
        return Plots(self)

    def save(self, name: str | os.PathLike[str]) -> None:
        """Save all records as one file: from the console as a download, else on the driver's disk.

        The name's ending says how: `.txt` (each record's `str()` a line), `.csv` or `.tsv` (columns as in `show`),
        `.json` (a list) or `.jsonl` (a value a line). The file is there when it is whole, and not before; one of that
        name is replaced. All records pass through the driver's memory: for more than it takes there are
        `saveAsTextFile` and `saveAsPickleFile`.

        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sc.parallelize([("to", 2), ("be", 2)]).save(folder + "/counts.csv")
        ...     pathlib.Path(folder, "counts.csv").read_text().split()
        ['key,value', 'to,2', 'be,2']
        """
        path = os.fspath(name)
        check_name(path)
        if not on_page():
            self.ctx._check_file(path)
            self.ctx._save_file(path, file_of(path, self._rdd.collect()).content)
            return
        file = file_of(path.replace("\\", "/").rpartition("/")[2], self._rdd.collect())
        if len(file.content) > LARGEST_DOWNLOAD:
            raise ResultTooLarge(
                f"{file.name} would have {len(file.content):,} bytes, and a download from the console takes "
                f"{LARGEST_DOWNLOAD:,}: save parts of it, or save from a program with saveAsTextFile"
            )
        display(file)
