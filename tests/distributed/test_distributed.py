"""Several processes: collectives, data parallel training, runs that are ended and go on. Every run is bounded in time."""

import numpy as np
import pytest

import minidl as md
from minidl import distributed as dist
from minidl.distributed import launching
from tests.distributed.cases import train
from tests.distributed.run_training import CASES
from tests.distributed.together import together

pytestmark = pytest.mark.skipif(not dist.is_available(), reason="MPI is not installed")


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_collectives_and_messages(processes):
    done = together("run_collectives.py", processes)
    assert done.returncode == 0, done.stderr
    claims = "collectives messages messages_under_way groups gradients_through_sums refusals samplers"
    assert done.stdout.split() == claims.split()


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_training_together_is_training_alone_on_the_whole_batch(processes, tmp_path):
    done = together("run_training.py", processes, tmp_path / "found.npz", seconds=120)
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "found.npz") as found:
        for case, (name, options, _) in CASES.items():
            parts = [slice(rank, None, processes) for rank in range(processes)]
            if options.get("synchronise", True):
                parts = [slice(None)]
            expected = train(name, parts, lambda net: net, **options)
            if case == "batch norm alone":  # the running statistics are those of the first process, and of all parts here
                expected = [a for i, a in enumerate(expected) if i not in (4, 5, 6)]
                arrays = [found[f"{case}/{i}"] for i in (0, 1, 2, 3, 7, 8)]
            else:
                arrays = [found[f"{case}/{i}"] for i in range(len(expected))]
            tolerance = 2e-6 if options.get("dtype") == "float32" else 1e-12
            for here, there in zip(expected, arrays, strict=True):
                np.testing.assert_allclose(there, here, rtol=tolerance, atol=tolerance, err_msg=case)


def test_batch_norm_without_synchronising_is_not_that_of_the_whole_batch():
    whole = train("batch norm", [slice(None)], lambda net: net)
    halves = train("batch norm", [slice(0, None, 2), slice(1, None, 2)], lambda net: net)
    assert not np.allclose(whole[0], halves[0], rtol=1e-3)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("raises", "process 1 of 2 ended the run: ValueError: the disk is full"),
        ("killed", "process 1 of 2 was killed (SIGKILL), and the run ended with it"),
    ],
)
def test_a_process_that_dies_ends_the_run_with_its_name_and_resume_goes_on_bit_for_bit(how, words, tmp_path):
    snapshot = tmp_path / "run.safetensors"
    undisturbed = together("run_resumable.py", 2, tmp_path / "other.safetensors", "never", 0)
    assert undisturbed.returncode == 0, undisturbed.stderr
    ended = together("run_resumable.py", 2, snapshot, how, 5)
    assert ended.returncode == 1
    assert words in ended.stderr
    assert f"The last checkpoint, after step 3, is {snapshot}" in ended.stderr
    assert "minidl run -n 2 --resume" in ended.stderr
    resumed = together("run_resumable.py", 2, snapshot, how, 5, resume=True)
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout == undisturbed.stdout
    other = together("run_resumable.py", 1, snapshot, how, 5, resume=True)
    assert other.returncode == 1
    assert "is of a run with 2 processes, and this one has 1" in other.stderr


def test_a_run_that_takes_too_long_is_ended(tmp_path):
    script = tmp_path / "waits.py"
    script.write_text("import time\nprint('here', flush=True)\ntime.sleep(60)\n")
    done = together(script, 2, seconds=3)
    assert done.returncode == 1
    assert "the run was ended: it took longer than 3 seconds" in done.stderr
    assert "There is no checkpoint" in done.stderr


LONELY = """
import os, sys, time
import minidl as md
from minidl import distributed as dist
from minidl.distributed import group

group.GRACE = 0.5
dist.init_process_group(timeout={timeout})
rank = dist.get_rank()
{rest}
"""
STEPS = """
model = dist.DistributedDataParallel(md.nn.Linear(2, 1))
for step in range({many}):
    {forward}
"""


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("rank or dist.barrier()", "process 0 waits in barrier, and process 1 has ended"),
        ("os._exit(0) if rank else dist.all_reduce(md.ones(2))", "1 left before the end of the script (os._exit(), or"),
        ("rank or dist.recv(md.ones(2))", "process 0 waits in recv from 1, and process 1 has ended"),
        ("rank or dist.recv(md.ones(2), src=1)", "process 0 waits in recv from 1, and process 1 has ended"),
        (
            STEPS.format(many="3 - rank", forward="model(md.ones(1, 2)).sum().backward()"),
            "process 0 waits in the forward pass of DistributedDataParallel, and process 1 has ended",
        ),
        (
            STEPS.format(many="1", forward="loss = model(md.ones(1, 2)).sum(); dist.barrier() if rank else loss.backward()"),
            "process 0: the backward pass of DistributedDataParallel()\n    process 1: barrier()",
        ),
        (
            "time.sleep(20) if rank else dist.all_gather_object([0, 0], 1)",
            "process 0 has waited in all_gather_object for 2 seconds: another process does something else",
        ),
    ],
    ids=["barrier", "silent exit", "recv from any", "recv", "uneven batches", "no backward", "late"],
)
def test_a_process_that_waits_in_vain_says_for_whom_and_the_run_ends(rest, words, tmp_path):
    script = tmp_path / "lonely.py"
    script.write_text(LONELY.format(timeout=2 if "sleep" in rest else None, rest=rest))
    done = together(script, 2, seconds=40)
    assert done.returncode == 1
    assert words in done.stderr
    assert "took longer" not in done.stderr


def test_a_script_gets_its_arguments_and_knows_who_it_is(tmp_path):
    script = tmp_path / "who.py"
    script.write_text("import os, sys\nprint(os.environ['RANK'], os.environ['WORLD_SIZE'], sys.argv[1:], __name__)\n")
    done = together(script, 2, "--epochs", 3)
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == [f"{r} 2 ['--epochs', '3'] __main__" for r in (0, 1)]


def test_lines_of_several_processes_stay_whole_even_when_python_does_not_buffer(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    script = tmp_path / "talkative.py"
    script.write_text("for k in range(200):\n    print('line', k, 'of many words')\n")
    lines = together(script, 2).stdout.splitlines()
    assert sorted(lines) == sorted(2 * [f"line {k} of many words" for k in range(200)])


def test_without_a_group_collectives_say_how_to_make_one():
    with pytest.raises(dist.DistributedError, match=r"all_reduce needs a group of processes: call .*init_process_group"):
        dist.all_reduce(md.zeros(2))
    with pytest.raises(dist.DistributedError, match="minidl speaks through MPI on CPUs"):
        dist.init_process_group("nccl")
    with pytest.raises(dist.DistributedError, match="there is no script"):
        launching.run("nowhere.py")


def test_one_process_needs_no_group_for_batch_norm():
    x = md.tensor(np.random.default_rng(0).normal(size=(6, 3)).astype("float32"))
    assert md.equal(md.nn.SyncBatchNorm(3)(x), md.nn.BatchNorm1d(3)(x))


@pytest.mark.parametrize(
    ("n", "processes", "drop_last", "dealt"),
    [
        (7, 3, False, [[1, 2, 3], [0, 6, 1], [4, 5, 0]]),
        (7, 3, True, [[1, 2], [0, 6], [4, 5]]),
        (2, 5, False, [[1], [0], [1], [0], [1]]),
    ],
)
def test_samplers_deal_out_the_examples_that_pytorchs_deal_out(n, processes, drop_last, dealt):
    samplers = [
        md.data.DistributedSampler(range(n), processes, rank, seed=4, drop_last=drop_last) for rank in range(processes)
    ]
    for sampler in samplers:
        sampler.set_epoch(1)
    assert [list(sampler) for sampler in samplers] == dealt
    assert [len(sampler) for sampler in samplers] == [len(part) for part in dealt]
    with pytest.raises(dist.DistributedError, match="rank is from 0 to num_replicas - 1 = 2, and is 3"):
        md.data.DistributedSampler(range(4), 3, 3)
