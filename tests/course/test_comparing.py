"""Numbers may move as far as their cell says, and nothing else may."""

import time

import pytest

from minidl.course.comparing import Closeness, cleaned, closeness, difference

PERCENT = Closeness(relative=0.02)
AMOUNT = Closeness(absolute=0.02)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("loss 0.50", "loss 0.51"),
        ("loss 0.5", "loss 0.505"),  # another number of digits
        ("loss 1.0", "loss 0.99"),
        ("  9.98 | 3", " 10.02 | 3"),  # the column is a blank narrower
        ("right: 97.6%  97.7 %", "right: 97.5%  98.1 %"),
        ("-0.50", "-0.51"),
        ("-1.00e-05", "-1.01e-05"),
        ("9.9e-5", "1.0e-4"),
        ("1,000 digits", "999 digits"),
        ("1,234.5", "1,240.0"),
        ("epoch 3: 0.5.", "epoch 3: 0.51."),
        ("tensor([[ 0.9926, -0.4629],\n        [ 1.0000,  2.0000]])", "tensor([[ 1.0, -0.46],\n        [ 1.0,  2.0]])"),
        ("[12.  3.5]", "[11.9  3.5]"),
        ("[0.99 0.98\n 0.97]", "[1.00 0.98 0.97]"),  # longer numbers break a row elsewhere
        ("Loss curve: falls from 2.3 to 0.3; overfitting", "Loss curve: falls from 2.31 to 0.301; overfitting"),
    ],
)
def test_a_number_may_move_by_the_share_that_its_cell_allows(expected, found):
    assert difference(expected, found, PERCENT) is None
    assert difference(expected, found) is not None  # exact without a word


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("loss 0.50", "loss 0.52"),  # outside
        ("loss 0.50", "loss -0.50"),
        ("loss 1e-05", "loss 1e-06"),
        ("1,000 digits", "100 digits"),
        ("loss 0.5", "lose 0.5"),
        ("loss 0.5", "loss 0.5 or so"),
        ("loss 0.5", "Loss 0.5"),
        ("a 0.5\nb 0.5", "a 0.5"),
        ("a 0.5", "a 0.5\nb 0.5"),
        ("a 0.5\nb 0.5", "a 0.5 b 0.5"),
        ("a 0.5\n\nb 0.5", "a 0.5\nb 0.5"),
        ("loss 0.5", "loss nan"),
        ("loss nan", "loss 0.5"),
        ("loss inf", "loss -inf"),
        ("loss 0.5", "loss inf"),
        ("loss 0.5", "loss"),
        ("loss", "loss 0.5"),
        ("loss 0.5", "loss 0.5 0.5"),
        ("loss 0.5", "loss 0.5%"),
        ("shape (1000, 4)", "shape (1001, 4)"),
        ("shape (1000,)", "shape (1001,)"),
        ("images 1000×28×28", "images 1001×28×28"),
        ("images 28×1000", "images 28×1001"),
        ("conv1000", "conv1001"),
        ("1000.weight", "1001.weight"),
        ("NumPy 2.100.3", "NumPy 2.101.3"),
        ("tensor([[1., 2.]])", "tensor([1., 2.])"),
        ("tensor([1., 2.])", "tensor([1., 2., 2.])"),
        ("tensor([1., 2.])", "tensor([1, 2])"),  # another dtype
        ("tensor([1., 2.], dtype=float64)", "tensor([1., 2.])"),
        ("falls from 2.3 to 0.3; overfitting", "falls from 2.3 to 0.3; healthy"),
        ("epoch 3: 0.5", "epoch 4: 0.5"),
    ],
)
def test_every_other_change_is_found(expected, found):
    assert difference(expected, found, PERCENT) is not None
    assert difference(expected, found) is not None


def test_a_number_may_move_by_an_amount_or_by_either():
    assert difference("0.01", "-0.01", AMOUNT) is None
    assert difference("0.01", "0.04", AMOUNT) is not None
    either = Closeness(relative=0.02, absolute=0.02)
    assert difference("0.01 100", "-0.01 102", either) is None
    assert difference("0.01 100", "-0.01 103", either) is not None


def test_zero_has_no_share():
    assert difference("0.0", "0.001", PERCENT) is not None
    assert difference("0.0", "-0.0", PERCENT) is None


def test_what_exceeds_float64_is_not_close():
    assert difference("1e999", "2e999", PERCENT) is not None


def test_tags_say_how_close():
    assert closeness([]) is None
    assert closeness(["pytorch", "closed"]) is None
    assert closeness(["close:2%"]) == closeness(["close: 2 %"]) == PERCENT
    assert closeness(["close:2e-2"]) == AMOUNT
    assert closeness(["close:0.02", "close:2%"]) == Closeness(0.02, 0.02)


@pytest.mark.parametrize(
    "tag", ["close", "close:", "close:much", "close:-1", "close:0", "close:nan", "close:inf%", "close-2%"]
)
def test_a_tag_that_is_not_understood_is_said(tag):
    with pytest.raises(ValueError, match=r"is not understood; write close:2% or close:0\.02"):
        closeness([tag])


def test_the_place_is_shown_with_both_lines_and_the_number():
    assert difference("a 1\nloss 0.5", "a 1\nloss 0.6", PERCENT) == (
        "line 2\n  in the file: loss 0.5\n  now:         loss 0.6\n  0.5 may move by 2%, and is 0.6"
    )
    assert difference("a", "a\nb") == "line 2\n  is new: b"
    assert difference("a\nb", "a") == "line 2\n  is missing: b"


def test_of_a_long_line_the_piece_that_differs_is_shown():
    shown = difference("x" * 100_000 + "a" + "y" * 100_000, "x" * 100_000 + "b" + "y" * 100_000)
    assert "xa" in shown
    assert "xb" in shown
    assert len(shown) < 500


def test_what_differs_from_run_to_run_is_taken_out():
    assert cleaned("took 1,234.5 ms, 41.5 it/s") == "took TIME, TIME"
    assert cleaned("[<Axes at 0x7f>] <Figure size 640x480 with 1 Axes>") == "[OBJECT] FIGURE"
    assert cleaned('<div><svg a="1"><svg></svg></svg></div>') == "<div>SVG</div>"
    assert cleaned("a\n50% ━━━━╸ 3/6\nb") == "a\nPROGRESS\nb"
    assert cleaned("</svg> x <svg>") == "</svg> x <svg>"


@pytest.mark.parametrize(
    "piece", ["a", "1,", "1.", "1 ", "(1, ", "<", "< at 0x0", "<svg", "[1 ", "1e-", "-", '"model_id": "0', "[\n", "━ "]
)
def test_the_time_grows_with_the_length_of_a_line_and_no_faster(piece):
    long = piece * (200_000 // len(piece))
    start = time.process_time()
    assert difference(cleaned(long), cleaned(f"{long}\nx"), PERCENT)
    assert time.process_time() - start < 20  # below 2 s; what tries a text twice takes minutes


def test_the_full_stop_after_a_whole_number_is_no_part_of_it():
    close = Closeness(relative=0.25)
    assert difference("It is 9.1.", "It is 9.", close) is None
    assert difference("It is 9.", "It is 12.", close) is not None
    assert difference("[9. 1.]", "[9 1]", close) is not None  # of another type
