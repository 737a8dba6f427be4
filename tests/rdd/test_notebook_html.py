"""How RDDs and contexts show themselves: in a line, and in a notebook with their lineage, escaped."""

from __future__ import annotations

from operator import add

from tests.rdd.recording_engine import RecordingEngine

from tabswarm.rdd.engine_context import EngineContext


def test_an_rdd_is_a_line_and_in_a_notebook_its_lineage() -> None:
    with EngineContext(RecordingEngine(), appName="<script>", master="local[4]") as sc:
        rdd = sc.range(4, numSlices=2).map(lambda n: (n, n)).reduceByKey(add, 3).setName("<b>sums</b>")
        assert "\n" not in repr(rdd) and repr(rdd).startswith("<b>sums</b> reduceByKey at ")
        html = rdd._repr_html_()
        assert "<b>sums" not in html and "&lt;b&gt;sums&lt;/b&gt; reduceByKey" in html
        assert "range at" in html and "+-(2)" in html
        assert repr(sc) == "<SparkContext master=local[4] appName=<script>>"
        html = sc._repr_html_()
        assert "<script>" not in html and "&lt;script&gt;" in html and "running" in html
    assert "stopped" in sc._repr_html_()
