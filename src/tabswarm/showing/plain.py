"""Any value as one that a page can hold: null, a boolean, a number, or a text of bounded length.

Records are anybody's. What a terminal would act on (escape sequences, marks that turn the direction of writing) is
written out as Python's `repr` does, and so are numbers that JSON or a page's doubles have not.
"""

from __future__ import annotations

import unicodedata
from math import isfinite
from typing import Any

Plain = None | bool | int | float | str

LONGEST = 100_000
"""Characters of one value, whatever `truncate` says."""
_EXACT = 2**53
"""Whole numbers below it are exact in a page's doubles."""


def plain(value: Any, longest: int = LONGEST) -> Plain:
    """The value for a page; what is no number or text by its `repr`.

    >>> plain(2**60), plain(float("nan")), plain([1]), plain("abcdef", 4)
    ('1152921504606846976', 'nan', '[1]', 'abc…')
    """
    if value is None or type(value) is bool:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and type(value).__repr__ is int.__repr__:
        return int(value) if -_EXACT <= value <= _EXACT else cut(repr(int(value)), longest)
    if type(value) is float:
        return value if isfinite(value) else repr(value)
    return cut(value if type(value) is str else shown(value), longest)


def shown(value: Any) -> str:
    """Its `repr`, or a word where that fails.

    >>> shown(("a", 1))
    "('a', 1)"
    """
    try:
        return repr(value)
    except Exception as error:  # anybody's __repr__
        return f"<{type(value).__name__} whose repr fails: {type(error).__name__}>"


def cut(text: str, longest: int) -> str:
    """The text, or its beginning and an ellipsis.

    >>> cut("abcdef", 6), cut("abcdefg", 6)
    ('abcdef', 'abcde…')
    """
    return text if len(text) <= longest else text[: max(longest - 1, 0)] + "…"


def printable(text: str) -> str:
    r"""One line that a terminal only prints.

    >>> printable("a\n\x1b[31mb\u202e")
    'a\\n\\x1b[31mb\\u202e'
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def width(text: str) -> int:
    """Columns of a terminal that the text takes.

    >>> width("abc"), width("日本"), width("e\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """The text with spaces up to so many columns, behind it or before it.

    >>> padded("ab", 4), padded("12", 4, right=True)
    ('ab  ', '  12')
    """
    spaces = " " * (columns - width(text))
    return spaces + text if right else text + spaces


def number_text(value: float) -> str:
    """A number as short as reading needs it.

    >>> number_text(3.0), number_text(0.1 + 0.2), number_text(12345.678), number_text(1e-9)
    ('3', '0.3', '12345.7', '1e-09')
    """
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else f"{value:.6g}"
