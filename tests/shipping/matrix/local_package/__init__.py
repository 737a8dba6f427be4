"""A package beside the program, with relative imports: it travels as source."""

from .numbers import TWICE, Doubler

__all__ = ["TWICE", "Doubler"]
