"""`python -m tests.watch.advertisex ...`: the command line of this very tree, whatever is installed."""

from advertisex_assets.cli.main import main

main()
