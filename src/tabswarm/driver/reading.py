"""What a context reads from the driver's disk.

A file is looked at when the RDD is made (a wrong name is an error at that line) and read when a volunteer wants it: the
driver serves it, and native workers of this machine read it where it lies. One that changes or goes meanwhile ends the
job with `SourceUnavailable`, which names it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NoReturn

from tabswarm.errors import NotApplicable
from tabswarm.plan.operators import FixedRecords, Map, MapPartitions, StoredRecords, TextLines
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.file_content import DecodeFile
from tabswarm.rdd.operation import Plain
from tabswarm.rdd.source_data import SourceData

if TYPE_CHECKING:
    from tabswarm.rdd.rdd import RDD

Path = str | os.PathLike[str]


class Reading(EngineContext):
    """`textFile`, `wholeTextFiles`, `binaryFiles`, `binaryRecords`, `pickleFile`.

    All take a path, a glob, a folder (the files right in it), or a comma list of these, with or without `file:`.
    """

    def textFile(self, name: Path, minPartitions: int | None = None, use_unicode: bool = True) -> RDD[str]:
        """The lines of text files on this machine, which the driver serves to the volunteers.

        `name` is a path, a glob, a folder, or a comma list of these. Lines end at LF, CR or CRLF; bytes that are no
        UTF-8 become U+FFFD (so a file in UTF-16 gives such characters: read it by `binaryFiles`, and decode it). With
        `use_unicode=False` the records are bytes. Files are cut into at least `minPartitions` partitions where they are
        large enough, `.gz` and `.bz2` files never.

        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = pathlib.Path(folder, "words.txt").write_text("to be\\nor not\\n")
        ...     sc.textFile(folder).collect()
        ['to be', 'or not']
        """
        from tabswarm.driver.text_files import TextFiles

        self._must_run()
        files = TextFiles(name, minPartitions or self.defaultMinPartitions)
        made: RDD[str] = self._source(Plain(TextLines(use_unicode)), SourceData.of_reader(files.sizes, files))
        return made

    def wholeTextFiles(
        self, path: Path, minPartitions: int | None = None, use_unicode: bool = True
    ) -> RDD[tuple[str, str]]:
        """Whole text files as pairs `(path, text)`, for many small ones; `.gz` and `.bz2` files are unpacked.

        The path is absolute, with `file:` before it. Bytes that are no UTF-8 become U+FFFD; with `use_unicode=False`
        path and content are bytes.

        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = pathlib.Path(folder, "1.txt").write_text("to be")
        ...     _ = pathlib.Path(folder, "2.txt").write_text("or not")
        ...     sorted(sc.wholeTextFiles(folder).values().collect())
        ['or not', 'to be']
        """
        return self._whole_files(path, minPartitions, "wholeTextFiles")._apply(Map, DecodeFile(use_unicode))

    def binaryFiles(self, path: Path, minPartitions: int | None = None) -> RDD[tuple[str, bytes]]:
        """Whole files as pairs `(path, bytes)`, as they lie on the disk. A file is one record, of 256 MiB at most.

        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = pathlib.Path(folder, "1.bin").write_bytes(b"\\x00\\xff")
        ...     sc.binaryFiles(folder).collect()  # doctest: +ELLIPSIS
        [('file:/.../1.bin', b'\\x00\\xff')]
        """
        return self._whole_files(path, minPartitions, "binaryFiles")

    def binaryRecords(self, path: Path, recordLength: int) -> RDD[bytes]:
        """The records of `recordLength` bytes each of which files consist; `ValueError` for a file that does not.

        >>> import tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = pathlib.Path(folder, "data").write_bytes(b"aabbcc")
        ...     sc.binaryRecords(folder, 2).collect()
        [b'aa', b'bb', b'cc']
        """
        from tabswarm.driver.record_files import fixed_records

        self._must_run()
        files = fixed_records(path, recordLength, self.defaultMinPartitions)
        made: RDD[bytes] = self._source(Plain(FixedRecords(recordLength)), SourceData.of_reader(files.sizes, files))
        return made

    def pickleFile(self, name: Path, minPartitions: int | None = None) -> RDD[Any]:
        """The records that `saveAsPickleFile` wrote, with any tabswarm, on any Python.

        They are read by the restricted reader, so a file of a stranger's does no harm. Instances of your own classes
        come back where this program has the class, in a module of its own, by the same name. What PySpark's
        `saveAsPickleFile` writes is a file of Hadoop's, and refused.

        >>> import tempfile, os
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sc.parallelize([1, "two", (3.0, None)]).saveAsPickleFile(os.path.join(folder, "saved"))
        ...     sc.pickleFile(os.path.join(folder, "saved")).collect()
        [1, 'two', (3.0, None)]
        """
        from tabswarm.driver.record_files import pickle_files
        from tabswarm.shipping.file_classes import KnowClasses

        self._must_run()
        files, classes = pickle_files(name, minPartitions or self.defaultMinPartitions)
        made = self._source(Plain(StoredRecords()), SourceData.of_reader(files.sizes, files))
        return made._apply(MapPartitions, KnowClasses(classes)) if classes else made

    def _whole_files(self, path: Path, min_partitions: int | None, call: str) -> RDD[Any]:
        from tabswarm.driver.whole_files import WholeFiles

        self._must_run()
        files = WholeFiles(path, min_partitions or self.defaultMinPartitions, call)
        return self._source(Plain(StoredRecords()), SourceData.of_reader(files.sizes, files))

    # --- what only Hadoop can mean

    def sequenceFile(self, *_: object, **__: object) -> NoReturn:
        """An error: a SequenceFile is read by Hadoop's Java classes. Use `saveAsPickleFile` and `pickleFile`.

        >>> sc.sequenceFile("data.seq")
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: sequenceFile needs Hadoop's Java classes, and there is no JVM here: ...
        """
        raise _only_hadoop("sequenceFile")

    def hadoopFile(self, *_: object, **__: object) -> NoReturn:
        """An error: an InputFormat is a Java class. Use `textFile`, `binaryFiles`, `binaryRecords` or `pickleFile`.

        >>> sc.hadoopFile("data", "SomeInputFormat")
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: hadoopFile needs Hadoop's Java classes, and there is no JVM here: ...
        """
        raise _only_hadoop("hadoopFile")

    def hadoopRDD(self, *_: object, **__: object) -> NoReturn:
        """An error: an InputFormat is a Java class. Use `textFile`, `binaryFiles`, `binaryRecords` or `pickleFile`.

        >>> sc.hadoopRDD("SomeInputFormat")
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: hadoopRDD needs Hadoop's Java classes, and there is no JVM here: ...
        """
        raise _only_hadoop("hadoopRDD")

    def newAPIHadoopFile(self, *_: object, **__: object) -> NoReturn:
        """An error: an InputFormat is a Java class. Use `textFile`, `binaryFiles`, `binaryRecords` or `pickleFile`.

        >>> sc.newAPIHadoopFile("data", "SomeInputFormat")
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: newAPIHadoopFile needs Hadoop's Java classes, and there is no JVM here: ...
        """
        raise _only_hadoop("newAPIHadoopFile")

    def newAPIHadoopRDD(self, *_: object, **__: object) -> NoReturn:
        """An error: an InputFormat is a Java class. Use `textFile`, `binaryFiles`, `binaryRecords` or `pickleFile`.

        >>> sc.newAPIHadoopRDD("SomeInputFormat")
        Traceback (most recent call last):
        tabswarm.errors.NotApplicable: newAPIHadoopRDD needs Hadoop's Java classes, and there is no JVM here: ...
        """
        raise _only_hadoop("newAPIHadoopRDD")


def _only_hadoop(call: str) -> NotApplicable:
    return NotApplicable(
        f"{call} needs Hadoop's Java classes, and there is no JVM here: read the driver's files by textFile, "
        "wholeTextFiles, binaryFiles, binaryRecords or pickleFile"
    )
