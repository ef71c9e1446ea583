"""What the code imports, pyproject.toml asks for: not only what another package happens to bring along."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.house.modules import PACKAGES, REPOSITORY, modules

OURS = {*PACKAGES, "tests", "benchmarks"}


def normalised(requirement: str) -> str:
    """Return a distribution's name as packaging compares it, without version, extras or marker."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]).lower()


def declared(*, with_groups: bool) -> set[str]:
    """Return the names of every distribution that pyproject.toml asks for; extras count, groups only on request."""
    pyproject = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    lists = [pyproject["project"]["dependencies"], *pyproject["project"].get("optional-dependencies", {}).values()]
    if with_groups:
        lists += pyproject["dependency-groups"].values()
    return {normalised(requirement) for each in lists for requirement in each}


def undeclared(names: set[str], folders: tuple[str, ...]) -> set[str]:
    """Return `file imports module` for every third-party module that none of the named distributions provides."""
    distributions = packages_distributions()
    found = set()
    for module in modules(*folders):
        for top in {name.partition(".")[0] for name in module.imports()} - OURS - sys.stdlib_module_names:
            providers = {normalised(name) for name in distributions.get(top, ())}
            if not providers & names:
                found.add(f"{module.path} imports {top}")
    return found


def test_the_program_imports_only_what_it_declares() -> None:
    assert undeclared(declared(with_groups=False), PACKAGES) == set()


def test_tests_and_benchmarks_import_only_what_is_declared() -> None:
    assert undeclared(declared(with_groups=True), ("tests", "benchmarks")) == set()
