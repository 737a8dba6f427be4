# Word count
# How often each word occurs in a text: the first program of every cluster.

# %%
# The text is cut into 6 partitions, and each volunteer gets some of them. Nothing is
# computed yet.
import re

from tabswarm import Context

sc = Context.getOrCreate()

tale = """
A tab was open, and nobody looked at it. It had a processor and nothing to do.
Then somebody sent a link, and the tab opened it, and the link said: count the words.
So the tab counted the words that it was given, and another tab counted other words,
and a third tab had the first tab's words, and they never met, and they never slept.
When a tab was closed, the words that it had counted were counted again by the others.
And in the end there was one list of words, and nobody had to buy a cluster.
"""
lines = sc.parallelize(tale.strip().splitlines() * 500, 6)

# %%
# A word becomes the pair (word, 1); the ones of each word are added up, wherever they
# are. `cache` leaves the counts with the volunteers, for the cells below.
words = lines.flatMap(lambda line: re.findall(r"[a-z']+", line.lower()))
counts = words.map(lambda word: (word, 1)).reduceByKey(lambda a, b: a + b).cache()
print(f"{counts.count()} different words")

# %%
# The most frequent ones, the largest first.
often = counts.sortBy(lambda pair: (-pair[1], pair[0]))
often.show(12)

# %%
sc.parallelize(often.take(12), 1).plot.bar(title="How often", y="times")
