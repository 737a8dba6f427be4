# Log analysis
# Read a web server's log: what was asked for, what failed, and when.

# %%
# An hour of a made-up shop's log. To read one of your own, drop the file on the
# console and use sc.textFile("access.log") instead.
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
        who, size = f"10.0.0.{dice.randint(1, 250)}", dice.randint(200, 9000)
        yield f'{who} [12:{minute:02}] "GET {path}" {status} {size}'


log = sc.range(60, numSlices=6).flatMap(minute_of_log)
log.show(3, truncate=False)

# %%
# Lines become records; what does not look like a line of the log is left out.
# `cache` keeps the records with the volunteers, for the cells below.
LINE = re.compile(r'\S+ \[12:(\d\d)\] "GET (\S+)" (\d+) \d+')


def parsed(line):
    found = LINE.fullmatch(line)
    if found:
        minute, path, status = found.groups()
        yield {"minute": int(minute), "path": path, "failed": int(status) >= 500}


requests = log.flatMap(parsed).cache()

# %%
# For each path: how many requests, and how many of them failed.


def counted(request):
    return request["path"], (1, request["failed"])


def added(a, b):
    return a[0] + b[0], a[1] + b[1]


def as_row(entry):
    path, (count, failed) = entry
    return {"path": path, "requests": count, "failed": failed}


by_path = requests.map(counted).reduceByKey(added, 3).map(as_row)
by_path.sortBy(lambda row: -row["requests"]).show()

# %%
# When did it happen? The same by minute, for the cart and for all the rest.


def by_minute(request):
    what = "cart" if request["path"] == "/cart" else "the rest"
    return (request["minute"], what), (1, request["failed"])


def as_point(entry):
    (minute, what), (count, failed) = entry
    return minute, 100 * failed / count, what


points = requests.map(by_minute).reduceByKey(added, 3).map(as_point)
points.plot.line(title="Failed requests", x="minute after 12", y="%")
