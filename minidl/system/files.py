"""Writing files so that nobody ever sees half of one, whatever happens meanwhile; and reading whole ones."""

import contextlib
import errno
import os
import secrets
import stat
import time
from pathlib import Path

from minidl.errors import MinidlError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PREFIX, SUFFIX = ".minidl-", ".tmp"  # of files that are being written


class NotAFileError(MinidlError, OSError):
    """A file was to be read or written where a folder, a device or a pipe is."""


def write_atomically(path, content):
    """Write bytes to `path` in one step: a reader sees the old file or the new one, never half of one.

    A file that is there keeps its permissions, a symbolic link stays and what it points to is replaced. When the
    function returns the content has reached the disk. A process that is killed meanwhile may leave a file named
    ``.minidl-*.tmp``; the next one that writes to the folder clears it away.

    Parameters
    ----------
    path : path
    content : bytes

    Raises
    ------
    NotAFileError
        When there is a folder, a device or a pipe, or the path names no file.
    OSError
        When the folder is missing, or folder or file cannot be written.
    """
    target, before = _target(path)
    _clear_away(target.parent)
    handle, temporary = _temporary(target, before)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if fcntl is None:
                file.close()  # Windows replaces no open file
            os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _reach_the_disk(target.parent)


def read_whole(path):
    """The bytes of a file.

    Raises
    ------
    NotAFileError
        For a device or a pipe, which may never end.
    OSError
        When there is no file, or it cannot be read.
    """
    refuse_endless(path)
    return Path(path).read_bytes()


def refuse_endless(path):
    """Raise NotAFileError for a device or a pipe: reading from it may never end."""
    mode = os.stat(path).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        error = NotAFileError(f"{os.fspath(path)} is {_kind(mode)}, and no file")
        error.strerror = f"it is {_kind(mode)}, and no file"
        raise error


def check_writable(path):
    """Raise what `write_atomically` would raise: before hours of work whose result could not be kept."""
    target, before = _target(path)
    handle, temporary = _temporary(target, before)
    os.close(handle)
    temporary.unlink()


def _target(path):
    """The file that is to be written, behind all symbolic links, and what is there now (None for nothing)."""
    if not os.path.basename(path):  # "" or "results/"
        raise NotAFileError(f"{os.fspath(path)!r} names no file: give a name after the folder")
    target = Path(os.path.realpath(path))
    try:
        before = os.stat(path)
    except FileNotFoundError:
        return target, None
    if not stat.S_ISREG(before.st_mode):
        raise NotAFileError(f"{path} is {_kind(before.st_mode)}, and no file could be written there: choose another name")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is read-only", str(path))
    return target, before


def _kind(mode):
    kinds = {"a folder": stat.S_ISDIR, "a pipe": stat.S_ISFIFO, "a socket": stat.S_ISSOCK}
    return next((name for name, fits in kinds.items() if fits(mode)), "a device")


def _temporary(target, before):
    """An open file beside the target, with the permissions that the target has or, when it is new, is to have.

    It is locked for as long as it is open, so that others know that somebody is writing it.
    """
    mode = 0o666 if before is None else stat.S_IMODE(before.st_mode) & 0o777  # of a new file the system takes the umask away
    while True:
        path = (
            target.parent / f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
        )  # short: the target's name may be as long as names can be
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(target)) from None  # by the name that the user knows
        if fcntl is None:
            return handle, path
        try:
            if _locked_by_us(handle) and os.fstat(handle).st_nlink:  # not taken for a forgotten one
                if before is not None:
                    _as_before(handle, before, mode)
                return handle, path
            path.unlink(missing_ok=True)
            os.close(handle)
        except BaseException:
            os.close(handle)
            path.unlink(missing_ok=True)
            raise


def _locked_by_us(handle):
    """Lock an open file, unless somebody else has: who clears the folder away, and is about to remove it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        pass
    return True


def _as_before(handle, before, mode):
    """Give an open file the owner and the permissions of another."""
    now = os.fstat(handle)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        with contextlib.suppress(OSError):  # only some may give files away
            os.fchown(handle, before.st_uid, before.st_gid)
    if stat.S_IMODE(now.st_mode) != mode:
        os.fchmod(handle, mode)


def _clear_away(folder):
    """Remove what processes left behind that were killed while they wrote: files that nobody has locked."""
    if fcntl is None:
        return
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIX):
                with contextlib.suppress(OSError):
                    _clear_away_one(entry.path)


def _clear_away_one(path):
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        found = os.fstat(handle)
        if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
    finally:
        os.close(handle)


def _reach_the_disk(folder):
    """Make sure that the new name of a file survives a power cut; where folders cannot be synchronised, hope so."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def locked(folder, seconds=2):
    """Inside, no other process is in a block like this of the same folder: for reading a file, changing and writing it.

    Who holds the folder for longer than `seconds` is not waited for, and where there are no locks (on Windows) nobody is.
    """
    if fcntl is None:
        yield
        return
    handle, end = os.open(folder, os.O_RDONLY), time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.01)
            except OSError:
                break
            else:
                break
        yield
    finally:
        os.close(handle)
