"""All records of an RDD as one file: text, CSV or JSON by the ending of its name.

.txt    each record's `str()`, a line each
.csv    a header and a line each; columns as `show` has them (.tsv: apart by tabs)
.json   a list (.jsonl: a value a line); tuples become lists, named tuples and dataclasses objects
"""

from __future__ import annotations

import base64
import csv
import dataclasses
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from tabswarm.showing.plain import shown
from tabswarm.showing.table import shape_of

MEDIA_TYPE = "application/vnd.tabswarm.file+json"


@dataclass(frozen=True)
class SavedFile:
    """A file for whoever sees the console: a download."""

    name: str
    type: str
    content: bytes

    def __str__(self) -> str:
        return f"{self.name}, {len(self.content):,} bytes"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        data = {"name": self.name, "type": self.type, "data": base64.b64encode(self.content).decode("ascii")}
        return {MEDIA_TYPE: data, "text/plain": str(self)}


def check_name(name: str) -> str:
    """The ending that says how to write it; `ValueError` for one that says nothing.

    >>> check_name("counts.CSV")
    '.csv'
    >>> check_name("counts.xlsx")
    Traceback (most recent call last):
    ValueError: save writes .txt, .csv, .tsv, .json and .jsonl files, and cannot tell which 'counts.xlsx' is
    """
    ending = "." + name.rpartition(".")[2].lower()
    if ending not in _FORMATS:
        raise ValueError(f"save writes .txt, .csv, .tsv, .json and .jsonl files, and cannot tell which {name!r} is")
    return ending


def file_of(name: str, records: Sequence[Any]) -> SavedFile:
    """The records as a file of that name.

    >>> file_of("pairs.csv", [("a", 1), ("b", 2)]).content
    b'key,value\\r\\na,1\\r\\nb,2\\r\\n'
    >>> file_of("pairs.json", [("a", None)]).content
    b'[\\n["a", null]\\n]\\n'
    """
    media_type, write = _FORMATS[check_name(name)]
    return SavedFile(name, media_type, write(records).encode())


def _text(records: Sequence[Any]) -> str:
    return "".join(f"{_word(record)}\n" for record in records)


def _word(record: Any) -> str:
    return record.decode("utf-8", "replace") if isinstance(record, bytes) else str(record)


def _separated(delimiter: str) -> Callable[[Sequence[Any]], str]:
    def write(records: Sequence[Any]) -> str:
        columns, row_of = shape_of(records)
        text = io.StringIO()
        writer = csv.writer(text, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows(["" if value is None else value for value in row_of(record)] for record in records)
        return text.getvalue()

    return write


def _json(records: Sequence[Any]) -> str:
    return "[\n" + ",\n".join(_each_as_json(records)) + ("\n]\n" if records else "]\n")


def _json_lines(records: Sequence[Any]) -> str:
    return "".join(f"{line}\n" for line in _each_as_json(records))


def _each_as_json(records: Sequence[Any]) -> Iterable[str]:
    return (json.dumps(_jsonable(record), ensure_ascii=False, allow_nan=False) for record in records)


def _jsonable(value: Any) -> Any:
    """The value in what JSON has; what it has not becomes text."""
    if value is None or isinstance(value, bool | str):
        return value
    if type(value) is int or (type(value) is float and isfinite(value)):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _jsonable(getattr(value, field.name, None)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and (names := getattr(type(value), "_fields", None)):
        return {str(name): _jsonable(item) for name, item in zip(names, value)}
    if isinstance(value, dict):
        return {key if isinstance(key, str) else _word(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((_jsonable(item) for item in value), key=shown)
    return str(value)


_FORMATS: dict[str, tuple[str, Callable[[Sequence[Any]], str]]] = {
    ".txt": ("text/plain", _text),
    ".csv": ("text/csv", _separated(",")),
    ".tsv": ("text/tab-separated-values", _separated("\t")),
    ".json": ("application/json", _json),
    ".jsonl": ("application/jsonl", _json_lines),
}
