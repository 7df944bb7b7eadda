"""Snapshots: all that a run needs to go on as if it had never stopped."""

import os
from pathlib import Path

from minidl.distributed import get_rank, is_initialized
from minidl.distributed.collectives import all_gather_object, barrier
from minidl.distributed.group import DistributedError
from minidl.distributed.launching import RESUME
from minidl.distributed.notes import note_checkpoint
from minidl.distributed.world import get_world_size
from minidl.engine.generator import get_rng_state, set_rng_state
from minidl.interop.checkpoint import load, save


class Snapshot:
    """A file with the state of a run, written now and then, from which ``minidl run --resume`` goes on bit for bit.

    It keeps the state dicts of what it is given and the random numbers of every process. Process 0 writes; all call.

    Parameters
    ----------
    path : path
    parts : keyword arguments
        Whatever has ``state_dict`` and ``load_state_dict``: model, optimizer, scheduler.

    Examples
    --------
    >>> import minidl as md, tempfile, pathlib
    >>> model = md.nn.Linear(2, 1)
    >>> optimizer = md.optim.SGD(model.parameters(), lr=0.1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     snapshot = md.train.Snapshot(pathlib.Path(folder) / "run.safetensors", model=model, optimizer=optimizer)
    ...     start = snapshot.resume()  # 0 in a new run
    ...     for step in range(start, 20):
    ...         if (step + 1) % 10 == 0:
    ...             snapshot.save(step + 1)
    ...     snapshot.resume(resume=True)
    20
    """

    def __init__(self, path, **parts):
        self.path, self.parts = Path(path), parts

    def save(self, step):
        """Write the state after `step` steps, in one piece: whoever is killed meanwhile leaves the snapshot before it."""
        streams = [get_rng_state()]
        if is_initialized():
            streams = [None] * get_world_size()
            all_gather_object(streams, get_rng_state())
        if not is_initialized() or get_rank() == 0:
            state = {name: part.state_dict() for name, part in self.parts.items()}
            save({"step": step, "streams": streams, "parts": state}, self.path)
            note_checkpoint(self.path, step)
        if is_initialized():
            barrier()  # nobody goes on before the file is there

    def resume(self, resume=None):
        """Put everything back as the file has it, if this run is to go on from it.

        Parameters
        ----------
        resume : bool, optional
            As ``minidl run --resume`` says unless given.

        Returns
        -------
        int
            How many steps were done: 0 in a new run.

        Raises
        ------
        DistributedError
            When the snapshot is of another number of processes: their random numbers would not go on.
        CheckpointError
            When the file is missing or damaged.
        """
        if not (os.environ.get(RESUME) == "1" if resume is None else resume):
            return 0
        found = load(self.path)
        size, rank = (get_world_size(), get_rank()) if is_initialized() else (1, 0)
        if len(found["streams"]) != size:
            raise DistributedError(
                f"{self.path} is of a run with {len(found['streams'])} processes, and this one has {size}: "
                f"minidl run -n {len(found['streams'])} --resume goes on with it"
            )
        for name, part in self.parts.items():
            part.load_state_dict(found["parts"][name])
        set_rng_state(found["streams"][rank])
        note_checkpoint(self.path, found["step"])
        return found["step"]
