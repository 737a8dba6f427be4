# Pi by darts
# Throw darts at a square: the share that hits the circle inside is pi / 4.

# %%
# Each of 60 tasks throws 20,000 darts. Its number is the seed, so that a task which has
# to run twice, because its volunteer left, throws the very same darts.
import random
from itertools import accumulate

from tabswarm import Context

sc = Context.getOrCreate()
TASKS, DARTS = 60, 20_000


def hits(task):
    dice = random.Random(task)
    return sum(dice.random() ** 2 + dice.random() ** 2 < 1 for _ in range(DARTS))


found = sc.range(TASKS, numSlices=TASKS).map(hits).collect()
print("pi is about", 4 * sum(found) / (TASKS * DARTS))

# %%
# The more darts, the better: what the answer would have been after each task.
thrown = [DARTS * task for task in range(1, TASKS + 1)]
so_far = [(darts, 4 * hit / darts) for darts, hit in zip(thrown, accumulate(found))]
sc.parallelize(so_far, 1).plot.line(title="The estimate settles", x="darts", y="pi")
