"""Loaders give PyTorch's batches, in its order and with its random numbers (fixtures/make_loaders.py)."""

import json
import threading
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

import minidl as md
from minidl.errors import MinidlError, ShapeError
from minidl.utils import data as D
from tests.data.recipes import LOADERS, Pair, epochs

KEPT = json.loads((Path(__file__).parents[1] / "fixtures" / "loaders.json").read_text())


@pytest.mark.parametrize("name", LOADERS)
def test_batches_are_those_of_pytorch(name):
    assert json.loads(json.dumps(epochs(md, D, name))) == KEPT[name]


class Numbers(D.Dataset):
    def __init__(self, n=12):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return i


class Drawn(Numbers):
    """Numbers with noise from all the usual sources."""

    def __getitem__(self, i):
        return i, md.rand(1), np.random.rand()  # noqa: NPY002


class Broken(Numbers):
    def __getitem__(self, i):
        if i == 7:
            raise KeyError("no such file")
        return i


@pytest.mark.parametrize("context", ["fork", "spawn"])
def test_processes_give_the_batches_of_threads(context):
    seen = []
    for kind in (None, context):
        md.manual_seed(0)
        loader = D.DataLoader(Drawn(), 3, shuffle=True, num_workers=2, multiprocessing_context=kind)
        seen.append([(i.tolist(), drawn.tolist()) for i, drawn, _ in loader])
    assert seen[0] == seen[1]


def test_numpys_own_random_numbers_repeat_in_processes():
    seen = []
    for _ in range(2):
        md.manual_seed(0)
        loader = D.DataLoader(Drawn(), 3, num_workers=2, multiprocessing_context="fork")
        seen.append([noise.tolist() for *_, noise in loader])
    assert seen[0] == seen[1]
    assert len({number for batch in seen[0] for number in batch}) == 12


@pytest.mark.parametrize("context", [None, "fork"])
def test_an_error_in_a_worker_names_worker_index_and_dataset(context):
    loader = D.DataLoader(Broken(), 3, num_workers=2, multiprocessing_context=context)
    batches = iter(loader)
    assert [next(batches).tolist() for _ in range(2)] == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(KeyError, match="in worker 0 of a DataLoader, reading example 7 of the dataset Broken") as error:
        next(batches)
    assert "no such file" in str(error.value)
    assert "What happened in the worker" in "".join(error.value.__notes__)


def test_an_error_without_workers_names_index_and_dataset():
    with pytest.raises(KeyError, match="no such file") as error:
        list(D.DataLoader(D.Subset(Broken(), range(5, 9)), 4))
    assert error.value.__notes__ == ["reading example 7 of the dataset Broken"]


def test_an_error_that_is_not_made_of_a_text_is_told():
    class OddError(Exception):
        def __init__(self, a, b):
            super().__init__(a, b)

    class Oddly(Numbers):
        def __getitem__(self, i):
            raise OddError(1, 2)

    with pytest.raises(RuntimeError, match=r"OddError: \(1, 2\)\s.in worker 0 of a DataLoader, reading example 0"):
        list(D.DataLoader(Oddly(), num_workers=1))


def test_a_worker_is_set_up_with_its_number_and_knows_who_it_is():
    seen = []

    def init(number):
        info = D.get_worker_info()
        info.dataset.n = 4 - number  # a copy of its own
        seen.append((number, info.id, info.num_workers, info.seed))

    dataset = Numbers()
    list(D.DataLoader(dataset, 2, num_workers=2, worker_init_fn=init))
    first, second = sorted(seen)
    assert first[:3] == (0, 0, 2)
    assert second[:3] == (1, 1, 2)
    assert second[3] == first[3] + 1
    assert dataset.n == 12
    assert D.get_worker_info() is None


def test_an_error_in_the_set_up_of_a_worker_is_told():
    def init(number):
        raise ValueError("cannot begin")

    with pytest.raises(ValueError, match="cannot begin"):
        list(D.DataLoader(Numbers(), num_workers=1, worker_init_fn=init))


def test_a_batch_that_does_not_come_in_time_is_an_error():
    class Slow(Numbers):
        def __getitem__(self, i):
            time.sleep(0.5)
            return i

    with pytest.raises(RuntimeError, match=r"got no batch from its workers within 0.05 seconds"):
        list(D.DataLoader(Slow(), num_workers=1, timeout=0.05))


def test_a_process_that_is_killed_is_noticed():
    with pytest.raises(MinidlError, match=r"worker 0 of the DataLoader has ended by itself \(exit code 3\)"):
        list(D.DataLoader(Deadly(), num_workers=1, multiprocessing_context="fork"))


class Deadly(Numbers):
    def __getitem__(self, i):
        import os

        os._exit(3)


def test_a_batch_that_cannot_be_sent_between_processes_is_told():
    with pytest.raises(TypeError, match="a batch cannot be sent between processes"):
        list(D.DataLoader(Numbers(), 2, collate_fn=lambda rows: lambda: rows, num_workers=1, multiprocessing_context="fork"))


def test_an_epoch_may_be_left_early_and_the_workers_end():
    before = threading.active_count()
    for _ in range(5):
        for _ in D.DataLoader(Numbers(100), 2, num_workers=2):
            break
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_workers_that_stay_begin_a_new_epoch_afresh_after_one_that_was_left():
    loader = D.DataLoader(Numbers(8), 2, num_workers=2, persistent_workers=True)
    for _ in range(3):
        assert next(iter(loader)).tolist() == [0, 1]
    assert [batch.tolist() for batch in loader] == [[0, 1], [2, 3], [4, 5], [6, 7]]


def test_batches_may_come_as_they_are_finished():
    loader = D.DataLoader(Numbers(10), 2, num_workers=3, in_order=False)
    assert sorted(number for batch in loader for number in batch.tolist()) == list(range(10))


@pytest.mark.parametrize("workers", [0, 1])
def test_a_batch_sampler_may_give_tuples_and_arrays(workers):
    loader = D.DataLoader(Numbers(), batch_sampler=[(0, 1), np.array([2, 3]), [4]], num_workers=workers)
    assert [batch.tolist() for batch in loader] == [[0, 1], [2, 3], [4]]


def test_datasets_and_samplers_may_name_what_they_give():
    class Words(D.Dataset[str]):
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return "ab"[i]

    assert next(iter(D.DataLoader(Words(), 2))) == ["a", "b"]
    assert D.Sampler[int] is D.Sampler


def test_collating_keeps_what_holds_the_parts():
    batch = D.default_collate([Pair(1, "a"), Pair(2, "b")])
    assert isinstance(batch, Pair)
    assert (batch.number.tolist(), batch.text) == ([1, 2], ("a", "b"))
    ordered = D.default_collate([OrderedDict(x=1.0), OrderedDict(x=2.0)])
    assert isinstance(ordered, OrderedDict)
    assert ordered["x"].dtype == md.float64
    assert D.default_convert({"a": (np.ones(1), "x")})["a"][0].tolist() == [1.0]


def test_a_collate_function_gets_a_list():
    seen = []
    list(D.DataLoader(D.TensorDataset(md.arange(3)), 3, collate_fn=seen.append))
    assert isinstance(seen[0], list)
    assert [x.item() for (x,) in seen[0]] == [0, 1, 2]


def test_datasets_one_after_the_other_are_picked_by_number():
    both = D.ConcatDataset([Numbers(2), Numbers(3)])
    assert [both[i] for i in range(-5, 5)] == [0, 1, 0, 1, 2] * 2
    with pytest.raises(IndexError, match="example 5 is out of range: the datasets have 5 together"):
        both[5]


class Endless(D.IterableDataset):
    def __iter__(self):
        return iter(range(5))


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: D.DataLoader(Numbers(), prefetch_factor=2), ValueError, "prefetch_factor is about workers"),
        (lambda: D.DataLoader(Numbers(), persistent_workers=True), ValueError, "persistent_workers is about workers"),
        (lambda: D.DataLoader(Numbers(), multiprocessing_context="fork"), ValueError, "give num_workers too"),
        (lambda: D.DataLoader(Numbers(), num_workers=-1), ValueError, "num_workers is a count"),
        (lambda: D.DataLoader(Numbers(), timeout=-1), ValueError, "must not be negative"),
        (lambda: D.DataLoader(Numbers(), batch_size=None, drop_last=True), ValueError, "there is none to drop"),
        (lambda: D.DataLoader(Numbers(), 2, batch_sampler=[[0]]), ValueError, "a batch_sampler decides batches and order"),
        (lambda: D.DataLoader(Endless(), shuffle=True), ValueError, "come in its own order"),
        (lambda: len(D.DataLoader(Endless())), TypeError, "has no len"),
        (lambda: D.default_collate([{1, 2}]), TypeError, "give the loader a collate_fn"),
        (lambda: D.default_collate([[1, 2], [3]]), ShapeError, r"the same number of parts, and have \[1, 2\]"),
        (lambda: D.WeightedRandomSampler([1, 2], 0), ValueError, "whole number of at least 1, and is 0"),
        (lambda: D.WeightedRandomSampler([[1, 2]], 1), ShapeError, "one weight for each example"),
        (lambda: D.ConcatDataset([]), ValueError, "made of datasets, and got none"),
        (lambda: D.ConcatDataset([Endless()]), ValueError, "with ChainDataset"),
        (lambda: D.StackDataset(Numbers(2), Numbers(3)), ValueError, r"need the same length; theirs are \[2, 3\]"),
        (lambda: D.Dataset()[0], NotImplementedError, "Dataset needs __getitem__"),
    ],
)
def test_what_cannot_be_meant_is_refused(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


def test_examples_with_other_keys_are_no_batch():
    for other in ({"b": 2}, {"a": 2, "b": 3}, {}):
        with pytest.raises(ShapeError, match=r"need the same keys, and have \['a'\] and"):
            D.default_collate([{"a": 1}, other])


def test_whole_numbers_among_fractions_make_ordinary_floats():
    assert D.default_collate([1, 2.5]).dtype == md.float32
    assert D.default_collate([1, 2]).dtype == md.int64
