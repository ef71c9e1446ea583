"""Who may import what. The floors themselves are import-linter's contracts in pyproject.toml; here is the rest."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.modules import PACKAGES, REPOSITORY, Module, modules


def test_import_linter_keeps_its_contracts() -> None:
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(REPOSITORY / "pyproject.toml"), no_cache=True) == 0


# Folder -> what of ours it may import. The composition root (see ROOT) may import everything.
BELOW = ("advertisex_assets.transforms", "schemas")
FLOORS = {
    "schemas": ("schemas",),
    "advertisex_assets/transforms": BELOW,
    "resources": ("resources", *BELOW),
    "sensors": ("sensors", "resources", *BELOW),  # they name assets by key
}
ROOT = (
    "advertisex_assets.definitions",
    "advertisex_assets.cli",
    "advertisex_assets.demo",
    "advertisex_assets.waiting",  # tells the sensors what the assets know
    "advertisex_assets.watching",  # tells them what is wrong
)


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_imports_only_from_those_below_it(floor: str) -> None:
    above = {
        f"{module.path} imports {name}"
        for module in modules(floor)
        for name in module.imports()
        if name.startswith(PACKAGES) and not name.startswith(FLOORS[floor])
    }
    assert above == set()


def test_assets_import_neither_sensors_nor_the_composition_root() -> None:
    parts = [module for module in modules("advertisex_assets") if not module.dotted.startswith(ROOT)]
    assert [str(module.path) for module in parts if module.imports_any_of("sensors", *ROOT)] == []


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("deltalake", ("resources/lake",)),
        ("confluent_kafka", ("resources/kafka", "resources/sample_traffic/kafka_sink.py")),
    ],
)
def test_one_home_per_library(library: str, homes: tuple[str, ...]) -> None:
    importers = [str(module.path) for module in modules(*PACKAGES) if module.imports_any_of(library)]
    assert [path for path in importers if not path.startswith(homes)] == []


def test_only_the_settings_read_the_environment() -> None:
    readers = []
    for module in modules(*PACKAGES):
        names = {node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
        imported = {name.rpartition(".")[2] for name in module.imports() if name.startswith("os.")}
        if (names | imported) & {"environ", "environb", "getenv", "getenvb"}:
            readers.append(str(module.path))
    assert [path for path in readers if path != "resources/settings.py"] == []


PURE = ("schemas", "advertisex_assets/transforms")


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call in the module with the text of what is called (`datetime.now`)."""
    return ((ast.unparse(node.func), node) for node in ast.walk(module.tree) if isinstance(node, ast.Call))


def test_pure_logic_reads_no_clock() -> None:
    readings = (".now", ".utcnow", ".today")
    found = [f"{m.path}: {called}()" for m in modules(*PURE) for called, _ in calls(m) if called.endswith(readings)]
    assert found == [], "time is an argument"


def test_pure_logic_draws_nothing_unseeded() -> None:
    generators = ("random.Random", "default_rng")
    sources = ("random.", "np.random.", "uuid.uuid1", "uuid.uuid4")
    found = [
        f"{module.path}: {called}()"
        for module in modules(*PURE)
        for called, call in calls(module)
        if called.startswith(sources) and not (called.endswith(generators) and call.args)
    ]
    assert found == [], "chance is an argument: a seed or a generator"


def test_oracles_and_sample_traffic_share_no_code_with_what_they_test() -> None:
    ours = ("schemas", "advertisex_assets", "sensors")
    sharing = [str(m.path) for m in modules("tests/oracles", "resources/sample_traffic") if m.imports_any_of(*ours)]
    assert sharing == [], "a shared mistake would hide"


def test_the_recount_shares_no_code_with_the_pipeline() -> None:
    home = "advertisex_assets.explain.recount"
    imported = {name for m in modules(home.replace(".", "/")) for name in m.imports() if name.startswith(PACKAGES)}
    assert [name for name in imported if not name.startswith(home)] == [], "a shared mistake would hide"
