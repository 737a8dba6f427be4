# Mandelbrot
# A picture that draws itself, row by row, as volunteers send what they computed.

# %%
# A point c belongs to the set if z -> z * z + c never runs away. How long the others
# take is their colour.
from math import log

from tabswarm import Context

sc = Context.getOrCreate()
WIDTH, HEIGHT, PATIENCE = 240, 160, 200


def row_of(row):
    y = (row / HEIGHT - 0.5) * 2.4
    xs = ((column / WIDTH - 0.7) * 3.2 for column in range(WIDTH))
    return row, [steps(complex(x, y)) for x in xs]


def steps(c):
    z = 0j
    for step in range(PATIENCE):
        z = z * z + c
        if abs(z) > 2:
            return round(log(1 + step), 2)
    return round(log(1 + PATIENCE), 2)


# %%
# 40 tasks of four rows each, in no particular order: whoever is free takes the next.
rows = sc.parallelize(range(HEIGHT), 40).map(row_of)
rows.plot.image(title="The Mandelbrot set", width=WIDTH, height=HEIGHT)
