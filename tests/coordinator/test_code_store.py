"""Code blobs: kept once, capped, and let go when there is no room and their driver is gone."""

from __future__ import annotations

import pytest
from tests.coordinator.scripted_volunteer import word_count_plan

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.code_store import CodeStore, CodeStores, code_names
from tabswarm.errors import PlanRefused


def test_a_blob_is_kept_once_and_taken_by_name() -> None:
    store = CodeStore(Bounds(code_bytes=5))
    store.add({"f": b"abc"})
    store.add({"f": b"abc", "g": b"de"})
    assert store.size == 5 and store.take(["g", "f", "none"]) == {"g": b"de", "f": b"abc"}
    assert store.missing(["f", "h", "h"]) == ["h"]


@pytest.mark.parametrize(
    "blobs", [{"f": b"abcdef"}, {"f": b"ab", "g": b"ab", "h": b"ab"}, {"n" * 200: b""}, {"a": b"abc", "b": b"abc"}]
)
def test_what_is_over_a_cap_is_refused_and_nothing_of_it_kept(blobs: dict[str, bytes]) -> None:
    store = CodeStore(Bounds(code_bytes=5, code_blob_bytes=5, code_blobs=2))
    with pytest.raises(PlanRefused):
        store.add(blobs)
    assert store.size == 0 and store.take(blobs) == {}


def test_without_room_who_is_gone_loses_its_code_the_oldest_first() -> None:
    stores = CodeStores(Bounds(applications=3, swarm_code_bytes=100))
    for name in ("old", "here", "newer"):
        stores.add(name, {"f": bytes(30)}, here=["here"])
    stores.add("fresh", {"f": bytes(30)}, here=["here", "fresh"])
    assert [stores.of(name).size for name in ("old", "here", "newer", "fresh")] == [0, 30, 30, 30]
    with pytest.raises(PlanRefused, match="3 applications already"):
        stores.add("more", {"f": b""}, here=["here", "newer", "fresh", "more"])
    with pytest.raises(PlanRefused):
        stores.add("here", {"g": bytes(50)}, here=["here", "newer", "fresh"])
    assert stores.of("here").size == 30, "what it had it keeps"
    stores.drop("fresh")
    stores.add("here", {"g": bytes(30)}, here=["here", "newer"])


def test_the_names_of_a_plans_code_are_those_of_all_its_functions() -> None:
    assert set(code_names(word_count_plan("a1", [b""], 1))) == {"f1"}
