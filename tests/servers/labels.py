"""Draws codes as labels bear them, and films them: a raw video that Chromium takes for its camera."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Rect

WIDTH, HEIGHT = 640, 480
FRAMES = 6
WHITE, BLACK = 255, 0


def code_128(text: str) -> Image.Image:
    """A Code 128 in the middle of a white picture."""
    return _bars("Code128", text)


def code_39(text: str) -> Image.Image:
    """A Code 39, as on many makers' stickers."""
    return _bars("Standard39", text, checksum=0)


def qr(text: str) -> Image.Image:
    """A QR code in the middle of a white picture."""
    widget = QrCodeWidget(text)
    widget.draw()
    modules = widget.qr.modules
    scale = (HEIGHT - 80) // len(modules)
    picture = blank()
    pen = ImageDraw.Draw(picture)
    left, top = ((side - scale * len(modules)) // 2 for side in picture.size)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                at = (left + x * scale, top + y * scale)
                pen.rectangle((*at, at[0] + scale - 1, at[1] + scale - 1), fill=BLACK)
    return picture


def ean_13(text: str) -> Image.Image:
    """An EAN-13, as on boxes: twelve or thirteen digits."""
    return _bars("EAN13", text)


def data_matrix(text: str, at: tuple[int, int] = (220, 140)) -> Image.Image:
    """A Data Matrix of 44 modules of 4 pixels on a white picture, its upper left corner there."""
    drawing = createBarcodeDrawing("ECC200DataMatrix", value=text, barWidth=4)
    picture = blank()
    pen = ImageDraw.Draw(picture)
    for dot in _rectangles(drawing.contents[0].draw()):
        left, top = at[0] + round(dot.x), at[1] + round(drawing.height - dot.y - dot.height)
        pen.rectangle((left, top, left + round(dot.width) - 1, top + round(dot.height) - 1), fill=BLACK)
    return picture


def label(*codes: Image.Image) -> Image.Image:
    """A maker's label: codes one above the other on a white picture."""
    picture = blank()
    tall = HEIGHT // len(codes)
    for place, code in enumerate(codes):
        strip = code.crop((0, 170, WIDTH, 170 + tall - 30))
        picture.paste(strip, (0, place * tall + 15))
    return picture


def blank() -> Image.Image:
    """A white picture without any code."""
    return Image.new("L", (WIDTH, HEIGHT), WHITE)


def _bars(kind: str, text: str, **options: Any) -> Image.Image:
    drawing = createBarcodeDrawing(
        kind, value=text, barWidth=2, barHeight=160, humanReadable=False, quiet=0, **options
    )
    picture = blank()
    pen = ImageDraw.Draw(picture)
    left = (WIDTH - int(drawing.width)) // 2
    assert left >= 20, "the text is too long for a picture of this width"
    for bar in _rectangles(drawing.contents[0].draw()):
        pen.rectangle((left + round(bar.x), 160, left + round(bar.x + bar.width) - 1, 320), fill=BLACK)
    return picture


def _rectangles(group: Any) -> list[Rect]:
    if isinstance(group, Rect):
        return [group] if group.fillColor is not None else []
    return [bar for part in getattr(group, "contents", ()) for bar in _rectangles(part)]


def png(picture: Image.Image) -> bytes:
    """A picture as a file, as a phone takes a photo."""
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def film(path: Path, *scenes: Image.Image) -> Path:
    """Write scenes one after another as YUV4MPEG2 (4:2:0, ten frames a second); Chromium plays it over and over."""
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode())
        for scene in scenes:
            for _ in range(FRAMES):
                out.write(b"FRAME\n" + scene.tobytes() + grey)
    return path
