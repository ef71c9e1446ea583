"""Does what the README says and puts what was printed in the place of the shown output:

    .venv/bin/python -m tests.house.readme_rewrite

Look at the difference before committing it. Output with a line `...` is left as it is.
"""

import tempfile
from pathlib import Path

from tests.house.modules import REPOSITORY
from tests.house.readme_blocks import Step, steps
from tests.house.readme_reader import ANYTHING, Printed, Reader, is_as_shown

README = REPOSITORY / "README.md"


def main() -> None:
    """Rewrite the shown outputs that differ, and tell of every block that failed."""
    page = README.read_text()
    with tempfile.TemporaryDirectory(prefix="readme") as folder:
        reader = Reader(Path(folder) / "copy")
        done = [(step, reader.do(step)) for step in steps(page)]
    for step, printed in done:
        _tell(step, printed)
    for step, printed in reversed(done):
        page = _with_output(page, step, printed)
    README.write_text(page)


def _tell(step: Step, printed: Printed) -> None:
    if printed.code:
        print(f"{step.name}: exit code {printed.code}\n{printed.errors}")
    elif (
        step.shown
        and ANYTHING in step.shown.text.split()
        and not is_as_shown(printed.output, step.shown.text)
    ):
        print(
            f"{step.name}: not as shown, and not rewritten, since lines are left out there:\n{printed.output}"
        )


def _with_output(page: str, step: Step, printed: Printed) -> str:
    shown = step.shown
    if shown is None or printed.code or ANYTHING in shown.text.split():
        return page
    return page[: shown.start] + printed.output.strip("\n") + "\n" + page[shown.end :]


if __name__ == "__main__":
    main()
