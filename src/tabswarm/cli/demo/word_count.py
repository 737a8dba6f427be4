"""Count the words of many text files: python word_count.py OUT.json FILE-WITH-PATHS [PARTITIONS]

The program behind `tabswarm demo`, and one to start your own from: it runs as it is in `local[*]`, and on a swarm by
`tabswarm run word_count.py --master DRIVER_LINK -- OUT.json paths.txt`.
"""

import json
import sys
from operator import add

from tabswarm import Context

out, listing = sys.argv[1:3]
partitions = int(sys.argv[3]) if len(sys.argv) > 3 else 8

with open(listing, encoding="utf-8") as file:
    paths = file.read().splitlines()

with Context(appName="word count") as sc:
    counts = (
        sc.textFile(",".join(paths))
        .flatMap(lambda line: line.split())
        .map(lambda word: (word, 1))
        .reduceByKey(add, partitions)
        .collect()
    )

with open(out, "w", encoding="utf-8") as file:
    json.dump(dict(counts), file)
