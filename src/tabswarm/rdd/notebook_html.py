"""How RDDs and contexts look in a notebook. All text of the user's is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tabswarm.rdd.debug_string import debug_string

if TYPE_CHECKING:
    from tabswarm.rdd.structure import Structure


def rdd_html(rdd: Structure[Any]) -> str:
    """The RDD's line, and its lineage to fold out."""
    return (
        f"<details><summary><b>RDD</b> {escape(repr(rdd))}</summary>"
        f"<pre style='margin: 0'>{escape(debug_string(rdd))}</pre></details>"
    )


def context_html(kind: str, facts: dict[str, str]) -> str:
    """A small table of what the context is."""
    rows = "".join(
        f"<tr><th style='text-align: left'>{escape(name)}</th><td style='text-align: left'>{escape(value)}</td></tr>"
        for name, value in facts.items()
    )
    return f"<div><b>{escape(kind)}</b><table>{rows}</table></div>"
