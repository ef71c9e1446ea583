"""The command line `advertisex`: one file a command; no logic beyond reading arguments and printing."""
