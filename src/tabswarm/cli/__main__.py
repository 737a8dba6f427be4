"""`python -m tabswarm.cli`, the same as the `tabswarm` command."""

from tabswarm.cli import main

main()
