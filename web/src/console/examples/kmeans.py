# k-means
# Find the groups in a cloud of points, round after round.

# %%
# 3,000 points, thrown around four places. They are made where they are needed, and
# kept there (`cache`).
import random
from math import dist

from tabswarm import Context

sc = Context.getOrCreate()
PLACES = [(2, 2), (8, 3), (4, 8), (9, 9)]


def thrown(number):
    dice = random.Random(number)
    x, y = PLACES[number % len(PLACES)]
    return dice.gauss(x, 1), dice.gauss(y, 1)


points = sc.range(3_000, numSlices=6).map(thrown).cache()

# %%
# Each round every point goes to its nearest centre, and every centre to the middle
# of its points. Only sums travel, a few numbers for each centre; the points stay.


def round_of(centres):
    def nearest(point):
        number = min(range(len(centres)), key=lambda k: dist(point, centres[k]))
        return number, (*point, 1)

    def added(a, b):
        return tuple(p + q for p, q in zip(a, b))

    sums = points.map(nearest).reduceByKey(added, 3).collect()
    return {number: (x / count, y / count) for number, (x, y, count) in sums}


centres = [(0.0, 0.0), (10.0, 0.0), (0.0, 10.0), (10.0, 10.0)]
for _ in range(5):
    centres = [place for _, place in sorted(round_of(centres).items())]
print("The centres:", [(round(x, 1), round(y, 1)) for x, y in centres])

# %%
# One in three points, in the colour of its group.


def in_colour(point):
    number = min(range(len(centres)), key=lambda k: dist(point, centres[k]))
    return point[0], point[1], f"group {number + 1}"


some = points.sample(False, 1 / 3, seed=1)
some.map(in_colour).plot.scatter(title="Four groups", x="x", y="y")
