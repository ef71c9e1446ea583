"""Runs the parts and writes `benchmarks/results/gold`: `python -m benchmarks.gold [impressions]`.

10,000,000 impressions are the long form (30 days of touches with 300,000 clicks and 30,000 conversions).
"""

import sys

from benchmarks.gold import attribution, late, reading
from benchmarks.report import save

IMPRESSIONS = 1_000_000


def main(impressions: int = IMPRESSIONS) -> None:
    """Every part in turn; each asserts that what it compares agrees."""
    texts, figures = ["# Gold\n\nCPU seconds of all processes; medians of turns."], {}
    for part in (attribution, late, reading):
        text, found = part.run(impressions)
        print(text, flush=True)
        texts.append(text)
        figures[part.__name__.rpartition(".")[2]] = found
    save("gold", "\n\n".join(texts), figures)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
