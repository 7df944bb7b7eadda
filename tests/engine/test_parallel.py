"""Work in pieces: the same digits with any number of threads, and nothing that can hang."""

import multiprocessing
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
import threadpoolctl

import minidl as md
from minidl.engine import parallel
from minidl.engine.parallel import in_pieces, one_blas_thread, product


@pytest.fixture(params=[1, 2, 4])
def threads(request):
    before = md.get_num_threads()
    md.set_num_threads(request.param)
    yield request.param
    md.set_num_threads(before)


@pytest.mark.parametrize(("n", "pieces"), [(0, 4), (1, 4), (3, 4), (4, 4), (10, 3), (1000, 7)])
def test_every_part_is_worked_on_once(threads, n, pieces):
    seen = np.zeros(n, int)

    def work(start, stop):
        assert start < stop
        seen[start:stop] += 1

    in_pieces(n, work, pieces)
    assert (seen == 1).all()


def test_digits_do_not_depend_on_the_number_of_threads():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((515, 300), np.float32), rng.standard_normal((300, 257), np.float32)
    made = []
    before = md.get_num_threads()
    for number in (1, 2, 3):
        md.set_num_threads(number)
        made += [product(a, b), product(b.T, a.T).T.copy()]
    md.set_num_threads(before)
    assert all((m == made[0]).all() for m in made[2::2])
    assert all((m == made[1]).all() for m in made[3::2])
    np.testing.assert_allclose(made[0], a.astype(float) @ b, rtol=1e-4, atol=1e-3)


def test_an_error_in_any_part_reaches_the_caller_and_the_next_job_runs(threads):
    def work(start, stop):
        raise KeyError(start)

    with pytest.raises(KeyError):
        in_pieces(8, work)
    done = []
    in_pieces(8, lambda start, stop: done.append(start))
    assert sorted(done) == [0, 2, 4, 6]


def test_nested_work_is_done_by_who_asked_for_it(threads):
    total = np.zeros((4, 4))

    def row(start, stop):
        for i in range(start, stop):
            in_pieces(4, lambda s, e, i=i: total[i, s:e].__iadd__(1))

    in_pieces(4, row)
    assert (total == 1).all()


def test_several_threads_may_work_in_pieces_at_once(threads):
    results = [np.zeros(100) for _ in range(6)]

    def one(result):
        for _ in range(20):
            in_pieces(100, lambda s, e: result[s:e].__iadd__(1))

    running = [threading.Thread(target=one, args=(r,)) for r in results]
    for t in running:
        t.start()
    for t in running:
        t.join(20)
        assert not t.is_alive()
    assert all((r == 20).all() for r in results)


def test_floating_point_settings_of_the_caller_hold_in_every_part(threads):
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        in_pieces(8, lambda s, e: np.full(3, 1e300) * 1e300)
    with np.errstate(over="ignore"):
        in_pieces(8, lambda s, e: np.full(3, 1e300) * 1e300)


def test_blas_is_held_to_one_thread_inside_and_left_as_it_was_outside():
    for library in one_blas_thread.found():
        before = library.get_num_threads()
        with one_blas_thread:
            assert library.get_num_threads() == 1
            with one_blas_thread:
                assert library.get_num_threads() == 1
            assert library.get_num_threads() == 1
        assert library.get_num_threads() == before


def test_blas_is_held_to_one_thread_in_whichever_thread_computes():
    libraries, seen = one_blas_thread.found(), []
    before = [library.get_num_threads() for library in libraries]

    def compute():
        with one_blas_thread:
            seen.extend(library.get_num_threads() for library in libraries)

    with threadpoolctl.threadpool_limits(2):
        for _ in range(2):
            compute()
            other = threading.Thread(target=compute)
            other.start()
            other.join()
            seen.extend(library.get_num_threads() - 1 for library in libraries)  # as it was: two
    assert set(seen) <= {1}
    assert [library.get_num_threads() for library in libraries] == before


def test_blas_is_left_as_it_was_when_the_last_holder_is_another_thread():
    libraries, entered, leave = one_blas_thread.found(), threading.Event(), threading.Event()

    def hold():
        with one_blas_thread:
            entered.set()
            leave.wait(20)

    with threadpoolctl.threadpool_limits(2):
        other = threading.Thread(target=hold)
        with one_blas_thread:
            other.start()
            entered.wait(20)
        assert all(library.get_num_threads() == 1 for library in libraries)
        leave.set()
        other.join()
        assert all(library.get_num_threads() == 2 for library in libraries)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_has_helpers_of_its_own():
    a = np.ones((600, 300), np.float32)
    product(a, a.T)  # the helpers of this process are there
    process = multiprocessing.get_context("fork").Process(target=lambda: product(a, a.T))
    process.start()
    process.join(20)
    assert process.exitcode == 0


def test_ctrl_c_leaves_everything_usable():
    code = """
import _thread, signal, threading, time
import numpy as np
import minidl as md
from minidl.engine.parallel import in_pieces
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had it ignored
md.set_num_threads(2)
caught = 0
for k in range(100):
    try:
        threading.Timer(0.002, _thread.interrupt_main).start()
        while True:
            in_pieces(8, lambda s, e: time.sleep(0.0005))
    except KeyboardInterrupt:
        caught += 1
done = []
in_pieces(8, lambda s, e: done.append(s))
print(caught, sorted(done))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == "100 [0, 2, 4, 6]", result.stderr


@pytest.mark.parametrize("number", [0, -1, 1.5])
def test_less_than_one_thread_is_refused(number):
    with pytest.raises(ValueError, match="from 1 on"):
        md.set_num_threads(number)


def test_a_limit_in_the_environment_is_kept(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert parallel._processors() == 1
