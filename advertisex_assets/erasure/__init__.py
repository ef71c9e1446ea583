"""Erasure of a person (GDPR article 17, CCPA): from bronze and original files, and from all that is made of them.

Not here: removing the files of older versions (`advertisex_assets.upkeep`), what lies outside of the lake.
"""
