"""Image files are read whole or refused in one line."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

import minidl as md
from minidl.errors import DataFileError
from minidl.vision import read_image

COLOURS = np.random.RandomState(0).randint(0, 256, (5, 7, 3)).astype(np.uint8)


def saved(path, pixels=COLOURS, **options):
    Image.fromarray(pixels).save(path, **options)
    return path


def test_the_pixels_come_channels_first(tmp_path):
    out = read_image(saved(tmp_path / "a.png"))
    assert out.dtype == md.uint8
    np.testing.assert_array_equal(out.array, COLOURS.transpose(2, 0, 1))


def test_a_mode_is_asked_for_by_its_name(tmp_path):
    path = saved(tmp_path / "a.png")
    assert read_image(path, "GRAY").shape == (1, 5, 7)
    assert read_image(path, md.vision.io.ImageReadMode.RGB_ALPHA).shape == (4, 5, 7)
    assert read_image(saved(tmp_path / "g.png", COLOURS[..., 0])).shape == (1, 5, 7)
    assert read_image(saved(tmp_path / "g.png", COLOURS[..., 0]), "RGB").shape == (3, 5, 7)


def test_a_palette_becomes_colours(tmp_path):
    picture = Image.fromarray(COLOURS).quantize(4)
    picture.save(tmp_path / "p.gif")
    assert read_image(tmp_path / "p.gif").shape == (3, 5, 7)


def test_jpeg_is_read(tmp_path):
    assert read_image(saved(tmp_path / "a.jpg")).shape == (3, 5, 7)


def test_of_sixteen_bits_the_upper_eight_are_kept(tmp_path):
    grey = np.array([[0, 255, 256, 32768, 65535]], np.uint16)
    for name in ("g.png", "g.tiff"):
        pixels = read_image(saved(tmp_path / name, grey))
        assert pixels.array.tolist() == [[[0, 0, 1, 128, 255]]]
    assert read_image(tmp_path / "g.png", "RGB").array[:, 0, 3].tolist() == [128, 128, 128]
    (tmp_path / "g.pgm").write_bytes(b"P5 5 1 65535\n" + grey.astype(">u2").tobytes())
    assert read_image(tmp_path / "g.pgm", "GRAY").array.tolist() == [[[0, 0, 1, 128, 255]]]


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_numbers_that_do_not_say_what_is_white_are_refused(tmp_path, kind):
    assert "which of them is white" in refused(saved(tmp_path / "n.tiff", np.eye(4).astype(kind)))


def test_black_and_white_is_one_channel(tmp_path):
    Image.fromarray(np.eye(4) > 0).save(tmp_path / "b.png")
    np.testing.assert_array_equal(read_image(tmp_path / "b.png").array[0], 255 * np.eye(4))


def test_the_colours_of_a_printer_become_those_of_a_screen(tmp_path):
    Image.fromarray(COLOURS).convert("CMYK").save(tmp_path / "c.tiff")
    np.testing.assert_array_equal(read_image(tmp_path / "c.tiff").array, COLOURS.transpose(2, 0, 1))


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [(3, lambda x: np.rot90(x, 2, (1, 2))), (6, lambda x: np.rot90(x, -1, (1, 2))), (8, lambda x: np.rot90(x, 1, (1, 2)))],
)
def test_a_picture_is_turned_upright_when_asked(tmp_path, orientation, upright):
    held = Image.Exif()
    held[0x0112] = orientation
    path = saved(tmp_path / "e.png", exif=held)
    as_it_lay = COLOURS.transpose(2, 0, 1)
    np.testing.assert_array_equal(read_image(path).array, as_it_lay)
    np.testing.assert_array_equal(read_image(path, apply_exif_orientation=True).array, upright(as_it_lay))


def test_of_a_film_the_first_picture_is_read_whatever_follows(tmp_path):
    frames = [Image.fromarray(np.random.RandomState(k).randint(0, 256, (16, 16)).astype(np.uint8)) for k in range(3)]
    path = tmp_path / "film.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    whole, content = read_image(path).array, path.read_bytes()
    path.write_bytes(content[: 2 * len(content) // 3])
    np.testing.assert_array_equal(read_image(path).array, whole)
    start = content.index(b",") + 20  # the pixels of the first picture
    path.write_bytes(content[:start] + b"\xff" * 40 + content[start + 40 :])
    assert "cannot be read as an image" in refused(path)


def test_a_mode_that_does_not_exist_is_said_with_those_that_do(tmp_path):
    with pytest.raises(ValueError, match="UNCHANGED, GRAY, GRAY_ALPHA, RGB, RGB_ALPHA, not as 'COLOUR'"):
        read_image(saved(tmp_path / "a.png"), "COLOUR")
    with pytest.raises(ValueError, match=r"RGB_ALPHA, not as \['RGB'\]"):
        read_image(saved(tmp_path / "a.png"), ["RGB"])


def refused(path):
    with pytest.raises(DataFileError) as caught:
        read_image(path)
    text = str(caught.value)
    assert str(path) in text
    assert "\n" not in text
    return text


def test_a_truncated_file_is_refused(tmp_path):
    large = np.random.RandomState(1).randint(0, 256, (64, 64, 3)).astype(np.uint8)
    for name in ("t.png", "t.jpg", "t.gif", "t.bmp", "t.tiff"):
        path = saved(tmp_path / name, large)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        assert "cannot be read as an image" in refused(path)


def test_a_text_is_no_image(tmp_path):
    path = tmp_path / "text.png"
    path.write_text("This is no image.")
    assert "no image file" in refused(path)
    path.write_bytes(b"")
    assert "no image file" in refused(path)


def test_a_program_for_a_printer_is_no_image(tmp_path):
    path = tmp_path / "p.eps"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n")
    assert "no image file" in refused(path)  # Pillow would start Ghostscript


def test_a_file_that_is_not_there_is_said_and_a_folder(tmp_path):
    assert "No such file" in refused(tmp_path / "none.png")
    assert "cannot be read as an image" in refused(tmp_path)


def bomb(path, side):
    """A PNG of a few bytes that claims to be very large."""
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize("side", [8_000, 12_000, 60_000])
def test_a_file_that_claims_to_be_huge_is_refused_before_it_is_unpacked(tmp_path, side):
    assert "claims to be an image" in refused(bomb(tmp_path / "bomb.png", side))


def test_damaged_bytes_are_refused(tmp_path):
    path = saved(tmp_path / "d.png", np.random.RandomState(1).randint(0, 256, (64, 64, 3)).astype(np.uint8))
    content = bytearray(path.read_bytes())
    content[60:400] = bytes(340)
    path.write_bytes(bytes(content))
    assert "cannot be read as an image" in refused(path)
