"""The examples in the driver's docstrings are true."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["master", "plain_text", "file_ranges", "text_files", "text_paths", "result_fetcher"])
def test_the_examples_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"tabswarm.driver.{name}"))
    assert result.attempted and not result.failed
