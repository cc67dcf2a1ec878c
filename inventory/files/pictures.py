"""Draws small copies of pictures anew, pixel by pixel, so that nothing but pixels of an upload is ever shown in a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inventory.core.errors import Invalid
from inventory.core.wording import N_

if TYPE_CHECKING:
    from PIL import Image

SIZES = {"small": 320, "large": 1600}
QUALITY = 82
# A JPEG is decoded at the size it is wanted in; the others whole, so that fewer pixels must do.
MOST_PIXELS = {"JPEG": 250_000_000}
MOST_OTHERWISE = 40_000_000
ACCEPTED = ("JPEG", "PNG", "GIF", "WEBP")


def draw(source: Path, targets: dict[str, Path], name: str) -> None:
    """Write the copies of a picture ({size's name: path}); raises Invalid when it is damaged or has too many pixels."""
    from PIL import Image, ImageOps

    try:
        for size, target in targets.items():
            with Image.open(source, formats=ACCEPTED) as picture:
                most = MOST_PIXELS.get(picture.format or "", MOST_OTHERWISE)
                if picture.width * picture.height > most:
                    raise Invalid("file", N_("“%(name)s” has too many pixels."), name=name)
                edge = SIZES[size]
                picture.draft("RGB", (edge, edge))
                turned = ImageOps.exif_transpose(picture)
                turned.thumbnail((edge, edge))
                _on_white(turned).save(target, "JPEG", quality=QUALITY, optimize=True)
                target.chmod(0o600)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise Invalid("file", N_("“%(name)s” is damaged and could not be read."), name=name) from error


def _on_white(picture: Image.Image) -> Image.Image:
    from PIL import Image

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layers = picture.convert("RGBA")
    white = Image.new("RGBA", layers.size, "white")
    white.alpha_composite(layers)
    return white.convert("RGB")
