"""Glances at many messages at once, compiled; the codecs beside it are what they must agree with.

Where `scan.c` was not compiled (see hatch_build.py) the codecs work without it, at several times the cost.
"""
