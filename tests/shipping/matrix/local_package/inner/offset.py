"""A module that only a sibling imports."""

from .. import inner

OFFSET = 100 if inner.__name__.endswith("inner") else 0
