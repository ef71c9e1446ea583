"""Pages that follow from declarations in the code, one module a page; `docs/generate.py` writes them."""
