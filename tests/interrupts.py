"""Ctrl-C at every moment at which Python looks for it, one after the other.

Python looks after each call, when a function of Python starts or a generator goes on, and when a loop turns. `pressed_at`
raises KeyboardInterrupt at the moment number `k` of a call; `moments` goes through all of them.
"""

import dis
import sys
from functools import cache
from itertools import pairwise

LOOKS_AFTER = ("CALL", "CALL_FUNCTION_EX", "CALL_KW", "RESUME")


@cache
def _looked_after(code):
    """The places in the code at which Python has just looked.

    Python counts what it finds there to the instruction before. Where that belongs to another `try`, it cannot be imitated.
    """
    handlers = dis._parse_exception_table(code)

    def handler(offset):
        return [entry.target for entry in handlers if entry.start <= offset < entry.end]

    instructions = list(dis.get_instructions(code))
    places = {after.offset: before.offset for before, after in pairwise(instructions) if before.opname in LOOKS_AFTER}
    places |= {i.argval: i.offset for i in instructions if i.opname == "JUMP_BACKWARD"}
    return {place for place, before in places.items() if handler(place) == handler(before)}


def pressed_at(k, function):
    """Call the function, press Ctrl-C at moment `k`. Returns whether it came so far; what the function raises is dropped."""
    _wake()
    left = k

    def look(frame, event, argument):
        nonlocal left
        frame.f_trace_opcodes = True
        if event == "opcode" and frame.f_lasti in _looked_after(frame.f_code):
            left -= 1
            if left < 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        function()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return left < 0


@cache
def _wake():
    """Let one frame ask for opcodes: Python 3.12 shows them only to trace functions that are set afterwards."""

    def look(frame, event, argument):
        frame.f_trace_opcodes = True
        return look

    before = sys.gettrace()
    sys.settrace(look)
    (lambda: None)()
    sys.settrace(before)


def moments(function, most=10**9):
    """Press Ctrl-C at each moment of the function in turn, yielding the number of the moment after each."""
    k = 0
    while k < most and pressed_at(k, function):
        yield k
        k += 1
