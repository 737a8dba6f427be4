# PageRank
# Which pages matter? Those that pages which matter link to.

# %%
# A small web: who links to whom. Every page has at least one link.
from tabswarm import Context

sc = Context.getOrCreate()
links = [
    ("home", ["news", "shop", "about"]),
    ("news", ["home", "weather", "sports"]),
    ("weather", ["news"]),
    ("sports", ["news", "shop"]),
    ("shop", ["home", "cart"]),
    ("cart", ["shop"]),
    ("about", ["home", "team"]),
    ("team", ["about", "home"]),
    ("blog", ["home", "news", "team"]),
]
PAGES, PARTITIONS = len(links), 3

# %%
# Each round a page gives its rank to those that it links to, in equal shares; 0.15 of
# all rank is spread evenly. The pages stay where they are (`partitionBy`), so that
# joining them with their ranks moves only ranks.
web = sc.parallelize(links).partitionBy(PARTITIONS).cache()
ranks = web.mapValues(lambda targets: 1 / PAGES)


def shares(entry):
    page, (targets, rank) = entry
    return [(page, 0.0), *((target, rank / len(targets)) for target in targets)]


for _ in range(8):
    given = web.join(ranks, PARTITIONS).flatMap(shares)
    got = given.reduceByKey(lambda a, b: a + b, PARTITIONS)
    ranks = got.mapValues(lambda rank: 0.15 / PAGES + 0.85 * rank)

# %%
# Only now anything runs: all rounds in one job. Look at its graph in the Jobs view.
rounded = ranks.mapValues(lambda rank: round(rank, 4))
best = rounded.sortBy(lambda pair: (-pair[1], pair[0]), numPartitions=1).cache()
best.show()
best.plot.bar(title="Rank of each page", y="share of all visits")
