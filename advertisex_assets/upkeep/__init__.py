"""Upkeep: keeps tables in few files, their logs short and their folders small, beside running writers.

Not here: how files are replaced (`resources.lake`), erasing a person (`advertisex_assets.erasure`).
"""
