"""What may stand at the cursor: jedi over the cell's text and the values that earlier cells have left.

Nothing of the cell is run for it; of values only what looking costs nothing is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tabswarm.console.sound_text import sound

MOST = 200
"""Completions that are told."""
DESCRIBED = 60
"""Of these, those that are told with signature and docstring, which take a moment each."""
_LONGEST = 4000

_KINDS = {
    "function": "function",
    "class": "class",
    "module": "module",
    "keyword": "keyword",
    "property": "property",
    "namespace": "module",
}


def completions(source: str, cursor: int, names: Mapping[str, Any]) -> list[dict[str, str]]:
    """`Completion`s of `kernel.ts`; `cursor` counts UTF-16 units, as JavaScript does.

    >>> [each["label"] for each in completions("numb", 4, {"number": 1})]
    ['number']
    """
    import jedi

    line, column = position(source, cursor)
    interpreter = jedi.Interpreter(source, [dict(names)])
    found = interpreter.complete(line, column)[:MOST]
    return [_described(each, with_doc=index < DESCRIBED) for index, each in enumerate(found)]


def position(source: str, cursor: int) -> tuple[int, int]:
    """Line (from 1) and column (from 0), in characters.

    >>> position("\\U0001f600a\\nbc", 5)
    (2, 1)
    """
    before = source.encode("utf-16-le", "surrogatepass")[: 2 * cursor].decode("utf-16-le", "replace")
    start = before.rfind("\n") + 1
    return before.count("\n") + 1, len(before) - start


def _described(completion: Any, *, with_doc: bool) -> dict[str, str]:
    described = {"label": completion.name, "kind": _KINDS.get(completion.type, "variable"), "detail": "", "info": ""}
    if with_doc:
        try:
            described["info"] = completion.docstring(raw=True)[:_LONGEST]
            signatures = completion.get_signatures()
            described["detail"] = signatures[0].to_string() if signatures else completion.type
        except Exception:  # jedi reads whatever objects the cells made, and these may raise anything
            pass
    return {key: sound(value) for key, value in described.items()}
