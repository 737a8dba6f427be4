"""Which files use which modules: python examples/inverted_index.py FOLDER

A grouping by key over text: every `import x` in a folder's Python files, and the files that have it.
"""

import os
import re
import sys
from pathlib import Path

from tabswarm import Context

IMPORT = re.compile(r"^\s*(?:import|from)\s+(\w+)")

folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__)))


def imports(named: tuple[str, str]) -> set[tuple[str, str]]:
    """Each module that a file imports, with the file's name."""
    name, text = named
    return {(match[1], name) for match in map(IMPORT.match, text.splitlines()) if match}


texts = [(path.name, path.read_text(encoding="utf-8", errors="replace")) for path in sorted(folder.glob("*.py"))]

with Context(appName="inverted index") as sc:
    index = sc.parallelize(texts).flatMap(imports).groupByKey().mapValues(sorted).collectAsMap()

for module in sorted(index, key=lambda name: (-len(index[name]), name)):
    print(f"{module:20} {', '.join(index[module])}")
