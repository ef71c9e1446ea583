"""The generator shares no code with what it tests: a mistake made once must not hide itself."""

import ast
from pathlib import Path

import resources.sample_traffic

PACKAGE = Path(resources.sample_traffic.__file__).parent
FORBIDDEN = ("schemas", "advertisex_assets", "sensors", "resources", "deltalake", "dagster")


def imported(path: Path) -> set[str]:
    """The modules that a file imports."""
    tree = ast.parse(path.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_the_generator_imports_nothing_of_the_pipeline() -> None:
    for path in PACKAGE.glob("*.py"):
        outside = {name for name in imported(path) if not name.startswith("resources.sample_traffic")}
        assert not {name for name in outside if name.split(".")[0] in FORBIDDEN}, path.name


def test_only_the_sink_knows_kafka() -> None:
    assert [p.name for p in PACKAGE.glob("*.py") if "confluent_kafka" in imported(p)] == ["kafka_sink.py"]
