"""Count the words of text files, and show the most frequent: python examples/word_count.py [PATH]

PATH is a file, a folder, a glob, or a list of these with commas; without one, the files of this folder are counted.
`tabswarm run examples/word_count.py --master DRIVER_LINK -- PATH` counts on a swarm.
"""

import os
import sys
from operator import add

from tabswarm import Context

path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "*.py")

with Context(appName="word count") as sc:
    counts = sc.textFile(path).flatMap(lambda line: line.split()).map(lambda word: (word, 1)).reduceByKey(add).collect()

for word, count in sorted(counts, key=lambda pair: (-pair[1], pair[0]))[:20]:
    print(f"{count:8,}  {word}")
