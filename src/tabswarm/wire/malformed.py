"""What decoding bytes from elsewhere may raise: all of it means that they are no message.

msgspec raises its own errors for bytes that do not fit the type, and lets Python's pass for text that is not UTF-8 and
for nesting without end.
"""

from __future__ import annotations

import msgspec

MALFORMED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
