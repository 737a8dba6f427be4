"""`RDD`: the class that users meet, put together from one file a concept.

structure       what an RDD is: partitions, operation, dependencies, partitioner, call site
narrow          map, flatMap, filter, mapPartitions, mapPartitionsWithIndex, glom, keyBy
pairs           keys, values, mapValues, flatMapValues
by_key          reduceByKey, combineByKey, aggregateByKey, foldByKey, groupByKey, groupBy, partitionBy
joins           join, leftOuterJoin, rightOuterJoin, fullOuterJoin, cogroup, groupWith
sets            distinct, intersection, subtract, subtractByKey, cartesian
sorting         sortByKey, sortBy, repartitionAndSortWithinPartitions
sampling        sample, randomSplit, sampleByKey
partitions      union, coalesce, repartition, split
zipping         zip, zipWithIndex, zipWithUniqueId
piping          pipe
barrier         barrier
persistence     cache, persist, unpersist
checkpointing   checkpoint, localCheckpoint, cleanShuffleDependencies

and the actions:

results         collect, count, take, first, isEmpty, foreach, foreachPartition
reductions      reduce, fold, aggregate, sum, countByValue
tree            treeReduce, treeAggregate
by_key_actions  countByKey, collectAsMap, reduceByKeyLocally, lookup
ordering        max, min, top, takeOrdered
statistics      stats, mean, variance, stdev, sampleVariance, sampleStdev, histogram
approximate     countApprox, sumApprox, meanApprox, countApproxDistinct
take_sample     takeSample
local_iteration toLocalIterator
asynchronous    collectAsync, countAsync, takeAsync, foreachAsync, foreachPartitionAsync
file_saving     saveAsTextFile, saveAsPickleFile
showing         show, plot, save

and `not_applicable`, what only Spark SQL or a cluster manager can mean.
"""

from __future__ import annotations

from tabswarm.rdd.approximate import Approximate
from tabswarm.rdd.asynchronous import Asynchronous
from tabswarm.rdd.barrier import Barriers
from tabswarm.rdd.by_key import ByKey
from tabswarm.rdd.by_key_actions import ByKeyActions
from tabswarm.rdd.checkpointing import Checkpointing
from tabswarm.rdd.file_saving import FileSaving
from tabswarm.rdd.joins import Joins
from tabswarm.rdd.local_iteration import LocalIteration
from tabswarm.rdd.narrow import Narrow
from tabswarm.rdd.not_applicable import NotApplicableHere
from tabswarm.rdd.ordering import Ordering
from tabswarm.rdd.pairs import Pairs
from tabswarm.rdd.partitions import Partitions
from tabswarm.rdd.persistence import Persistence
from tabswarm.rdd.piping import Piping
from tabswarm.rdd.reductions import Reductions
from tabswarm.rdd.results import Results
from tabswarm.rdd.sampling import Sampling
from tabswarm.rdd.sets import Sets
from tabswarm.rdd.showing import Showing
from tabswarm.rdd.sorting import Sorting
from tabswarm.rdd.statistics import Statistics
from tabswarm.rdd.take_sample import TakeSample
from tabswarm.rdd.tree import Tree
from tabswarm.rdd.type_variables import T_co
from tabswarm.rdd.zipping import Zipping


class RDD(
    Narrow[T_co],
    Pairs[T_co],
    ByKey[T_co],
    Joins[T_co],
    Sets[T_co],
    Sorting[T_co],
    Sampling[T_co],
    Partitions[T_co],
    Zipping[T_co],
    Piping[T_co],
    Barriers[T_co],
    Persistence[T_co],
    Checkpointing[T_co],
    Results[T_co],
    Reductions[T_co],
    FileSaving[T_co],
    Showing[T_co],
    Tree[T_co],
    ByKeyActions[T_co],
    Ordering[T_co],
    Statistics[T_co],
    Approximate[T_co],
    TakeSample[T_co],
    LocalIteration[T_co],
    Asynchronous[T_co],
    NotApplicableHere[T_co],
):
    """A resilient distributed dataset: a partitioned collection that is computed when an action needs it.

    Transformations (`map`, `reduceByKey` ...) return a new RDD at once and run nothing; actions (`collect`, `count`
    ...) run a job. RDDs are made by a context's `parallelize`, `range`, `textFile`, and by transformations.

    >>> words = sc.parallelize(["to be or", "not to be"]).flatMap(str.split)
    >>> sorted(words.map(lambda word: (word, 1)).reduceByKey(lambda x, y: x + y).collect())
    [('be', 2), ('not', 1), ('or', 1), ('to', 2)]
    """
