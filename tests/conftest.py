"""What every test may use: the fixtures for real components. Fixtures of one folder live in that folder."""

pytest_plugins = ("tests.real.fixtures",)
