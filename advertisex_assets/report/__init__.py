"""The report: one self-contained HTML page a day about campaigns, traffic and the data itself.

`read` takes numbers from gold and silver, `charts` draws, `page` puts both into HTML, `write` keeps it, `asset` is what
Dagster runs. Charts are SVG within the page: nothing is loaded or run, it prints, and it is small.
"""
