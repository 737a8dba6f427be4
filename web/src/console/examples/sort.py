# Sort
# Sort more numbers than one tab would like, without any tab seeing all of them.

# %%
# 120,000 numbers in 6 partitions, in no order.
import random

from tabswarm import Context

sc = Context.getOrCreate()


def drawn(partition, _):
    dice = random.Random(partition)
    return (round(dice.triangular(0, 1000, 300), 3) for _ in range(20_000))


numbers = sc.parallelize(range(6), 6).mapPartitionsWithIndex(drawn)

# %%
# A sample finds borders between which about as many numbers lie. Each number goes to
# its partition, and each partition is sorted by itself.
ordered = numbers.sortBy(lambda number: number, numPartitions=6).cache()


def described(partition, records):
    records = list(records)
    assert records == sorted(records)
    first, last = records[0], records[-1]
    yield {
        "partition": partition,
        "numbers": len(records),
        "from": first,
        "to": last,
    }


ordered.mapPartitionsWithIndex(described).show()

# %%
# The swarm counts, and only the counts come here.
ordered.plot.hist(40, title="Where the numbers lie", x="number")
