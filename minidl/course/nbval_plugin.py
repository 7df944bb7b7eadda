"""nbval, extended for `minidl check`: a pytest plugin, run by `proving.py`.

nbval runs the cells. Here is added that numbers may move as far as their cell says, that the first difference is
shown alone, and that a kernel which dies is not taken for one that is slow.
"""

import os
from pathlib import Path
from queue import Empty

import pytest
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from minidl.course.comparing import closeness, outputs_difference

KERNEL = "python3"  # of a notebook that names none
PATIENCE = 1.0  # seconds between two looks whether a silent kernel is still alive


def pytest_addoption(parser):
    """Where the notebooks were copied from: their kernels run there."""
    parser.addoption("--notebooks-of", type=Path)


def pytest_collect_file(file_path, parent):
    """Take every notebook."""
    return Notebook.from_parent(parent, path=file_path) if file_path.suffix == ".ipynb" else None


def pytest_configure(config):
    """Watch for what could not be checked."""
    if not hasattr(config, "workerinput"):  # in the process that gathers the reports
        config.pluginmanager.register(Unchecked())


class Unchecked:
    """Ends the run with exit code 2 when a kernel did not start, so that nothing could be compared."""

    def __init__(self):
        self.seen = False

    def pytest_runtest_logreport(self, report):  # noqa: D102
        self.seen = self.seen or (report.failed and report.when == "setup")

    def pytest_sessionfinish(self, session):  # noqa: D102
        if self.seen:
            session.exitstatus = pytest.ExitCode.INTERRUPTED


class DeadKernelError(Exception):
    """The process that ran the cells is gone."""


class Kernel(RunningKernel):
    """A kernel that is asked now and then whether it is alive while one waits for its answer."""

    def get_message(self, stream, timeout=None):
        """The next message.

        Raises
        ------
        queue.Empty
            After `timeout` seconds without one.
        DeadKernelError
            As soon as none can come any more.
        """
        waited = 0.0
        while True:
            try:
                return super().get_message(stream, timeout=PATIENCE if timeout is None else min(PATIENCE, timeout - waited))
            except Empty:
                waited += PATIENCE
                if not self.is_alive():
                    raise DeadKernelError("the kernel died while this cell was running") from None
                if timeout is not None and waited >= timeout:
                    raise


class Notebook(IPyNbFile):
    """A notebook: its code cells are the tests."""

    died = False

    def collect(self):
        """nbval's cells, as ours."""
        for cell in super().collect():
            yield Cell.from_parent(self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options)

    def setup(self):
        """Start the kernel where the notebook is, not where its copy is."""
        here = self.config.getoption("--notebooks-of") / self.path.relative_to(self.config.rootpath).parent
        name = self.nb.metadata.get("kernelspec", {}).get("name", KERNEL)
        patience = self.config.option.nbval_kernel_startup_timeout
        reason = None
        try:
            self.kernel = Kernel(name, cwd=os.fspath(here), startup_timeout=patience)
        except (RuntimeError, OSError) as error:
            reason = f"the kernel {name!r} did not start: {error}"
        if reason:
            pytest.fail(reason, pytrace=False)


class Cell(IPyNbCell):
    """A code cell: it is run, and what it says is compared with what is in the file."""

    def setup(self):
        """Leave out what cannot run any more."""
        if self.parent.died:
            pytest.skip("the kernel died in a cell above")
        super().setup()

    def runtest(self):
        """Run the cell, and compare."""
        try:
            super().runtest()
        except DeadKernelError as error:
            self.parent.died = True
            self.raise_cell_error(str(error))

    def compare_outputs(self, test, ref, skip_compare=None):
        """Whether two lists of outputs say the same, as far as this cell is exact."""
        close = closeness(self.cell.metadata.get("tags", []))
        parts = outputs_difference(ref, test, close, set(skip_compare or self.parent.skip_compare))
        self.comparison_traceback = [] if parts is None else [parts]
        return parts is None

    def repr_failure(self, excinfo):
        """The cell, and what went wrong in it; what pytest itself says of anything else."""
        error = excinfo.value
        if not isinstance(error, NbCellError):
            return pytest.Item.repr_failure(self, excinfo)
        return "\n\n".join(filter(None, [f"cell {error.cell_num}: {error}", error.source, error.inner_traceback]))
