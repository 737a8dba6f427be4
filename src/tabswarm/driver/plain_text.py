"""Text of strangers made harmless for a terminal: no escape sequences, no control characters, nothing that turns the
direction of writing."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI ... final byte: colours, cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS and their kin: titles, clipboard
    r"|\x1b[ -/]*[0-~]?"  # short ones
    r"|\x9b[0-?]*[ -/]*[@-~]",
    re.DOTALL,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """The text without what a terminal would act on; tabs and line ends stay.

    >>> harmless("a\\x1b[31mred\\x1b]0;title\\x07 b\\r\\nc\\u202e")
    'ared b\\nc'
    """
    return _CONTROLS.sub("", _ESCAPES.sub("", text))
