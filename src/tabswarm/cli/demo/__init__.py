"""`tabswarm demo`: the whole thing on one machine, with real browser tabs.

command.py      the command: what happens in which order
tabs.py         headless tabs that join by the invite link, started by a real click
word_count.py   the job, as a user would write it; it runs by `tabswarm run`
answer.py       what the answer must be, by a plain loop, and the closing tables
"""

from tabswarm.cli.demo.command import command

__all__ = ["command"]
