"""How a module looks."""

import ast

from tests.house.modules import PACKAGES, modules

LINES = 200  # what still fits a head; aim for less than 150


def test_every_module_says_what_lives_in_it() -> None:
    silent = [str(module.path) for module in modules(*PACKAGES) if not ast.get_docstring(module.tree)]
    assert silent == []


def test_no_module_is_long() -> None:
    long = {str(m.path): len(m.text.splitlines()) for m in modules(*PACKAGES, "tests", "benchmarks")}
    assert {path: lines for path, lines in long.items() if lines > LINES} == {}
