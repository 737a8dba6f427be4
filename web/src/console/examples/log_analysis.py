# Log analysis
# Read a web server's log: what was asked for, what failed, and when.

# %%
# An hour of a made-up shop's log. Drop a file of your own on the console, and use sc.textFile("access.log") instead.
import random
import re

from tabswarm import Context

sc = Context.getOrCreate()
PATHS = ["/", "/shop", "/shop/tea", "/shop/cups", "/cart", "/about"]


def minute_of_log(minute):
    dice = random.Random(minute)
    for _ in range(dice.randint(120, 200)):
        path = dice.choices(PATHS, [40, 25, 15, 10, 8, 2])[0]
        broken = path == "/cart" and 20 <= minute < 35  # something happened here
        status = dice.choices([200, 404, 500], [100, 5, 150 if broken else 1])[0]
        yield f'10.0.0.{dice.randint(1, 250)} [12:{minute:02}] "GET {path}" {status} {dice.randint(200, 9000)}'


log = sc.range(60, numSlices=6).flatMap(minute_of_log)
log.show(3, truncate=False)

# %%
# Lines become records; what does not look like a line of the log is left out. `cache` keeps them for the cells below.
LINE = re.compile(r'(\S+) \[12:(\d\d)\] "GET (\S+)" (\d+) (\d+)')


def parsed(line):
    found = LINE.fullmatch(line)
    if found:
        who, minute, path, status, size = found.groups()
        yield {"who": who, "minute": int(minute), "path": path, "status": int(status), "bytes": int(size)}


requests = log.flatMap(parsed).cache()

# %%
# For each path: how many requests, and how many of them failed.


def counted(request):
    return request["path"], (1, request["status"] >= 500)


def added(a, b):
    return a[0] + b[0], a[1] + b[1]


by_path = requests.map(counted).reduceByKey(added, 3).sortBy(lambda entry: -entry[1][0])
by_path.map(lambda entry: {"path": entry[0], "requests": entry[1][0], "failed": entry[1][1]}).show()

# %%
# When did it happen? The same by minute, for the cart and for all the rest.


def by_minute(request):
    return (request["minute"], "cart" if request["path"] == "/cart" else "the rest"), counted(request)[1]


def as_point(entry):
    (minute, what), (count, failed) = entry
    return minute, 100 * failed / count, what


points = requests.map(by_minute).reduceByKey(added, 3).map(as_point)
points.plot.line(title="Failed requests", x="minute after 12", y="%")
