"""All cases of the shared suite, by name."""

from __future__ import annotations

from tests.operations import actions, files, keyed, narrow, ordered, shared
from tests.operations.case import Case

CASES: dict[str, Case] = {
    case.name: case for module in (narrow, keyed, ordered, actions, shared, files) for case in module.CASES
}
