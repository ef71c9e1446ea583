"""Reads the project's modules as text and as syntax trees; nothing is imported or run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("advertisex_assets", "resources", "sensors", "schemas")


@dataclass(frozen=True)
class Module:
    """One Python file: its path, relative to the repository."""

    path: Path

    @property
    def text(self) -> str:
        """Return the file's source."""
        return (REPOSITORY / self.path).read_text()

    @cached_property
    def tree(self) -> ast.Module:
        """Return the file's syntax tree."""
        return ast.parse(self.text, filename=str(self.path))

    @property
    def dotted(self) -> str:
        """Return the module's dotted name."""
        return ".".join(self.path.with_suffix("").parts)

    @property
    def package(self) -> str:
        """Return the dotted name of the package that relative imports of this file start from."""
        return ".".join(self.path.parts[:-1])

    def imports(self) -> Iterator[str]:
        """Yield the dotted name of everything that the file imports, wherever in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = self.package.split(".")[: len(self.path.parts) - node.level] if node.level else []
                origin = ".".join([*start, *([node.module] if node.module else [])])
                yield from (f"{origin}.{alias.name}" for alias in node.names)

    def imports_any_of(self, *names: str) -> bool:
        """Say whether the file imports one of these modules or something inside it."""
        return any(found == name or found.startswith(f"{name}.") for found in self.imports() for name in names)


def modules(*folders: str) -> list[Module]:
    """Return every Python file below these folders of the repository, in order."""
    found = (path for folder in folders for path in sorted((REPOSITORY / folder).rglob("*.py")))
    return [Module(path.relative_to(REPOSITORY)) for path in found]
