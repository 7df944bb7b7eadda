"""Build novel.txt.gz from the Debian package r-cran-janeaustenr 1.0.0.

    apt-get download r-cran-janeaustenr && dpkg -x r-cran-janeaustenr_*.deb . && pip install rdata
    python build.py usr/lib/R/site-library/janeaustenr/data

The package keeps the novels in R's own format: an index (.rdx) and a file of packed objects (.rdb).
"""

import gzip
import hashlib
import sys
import zlib
from pathlib import Path

import rdata


def lines_of(folder, name):
    """The lines of one novel."""
    index = rdata.conversion.convert(rdata.parser.parse_data(gzip.decompress((folder / "Rdata.rdx").read_bytes())))
    start, length = (int(number) for number in index["variables"][name])
    packed = (folder / "Rdata.rdb").read_bytes()[start : start + length]
    return rdata.conversion.convert(rdata.parser.parse_data(zlib.decompress(packed[4:])))  # 4 bytes say how long it becomes


def main(folder):
    """Write novel.txt.gz beside this script, and print its checksum."""
    text = "\n".join(str(line).rstrip() for line in lines_of(Path(folder), "prideprejudice")) + "\n"
    packed = gzip.compress(text.encode(), 9, mtime=0)
    Path(__file__).with_name("novel.txt.gz").write_bytes(packed)
    print(len(packed), "bytes,", len(text), "letters, SHA-256", hashlib.sha256(packed).hexdigest())


if __name__ == "__main__":
    main(sys.argv[1])
