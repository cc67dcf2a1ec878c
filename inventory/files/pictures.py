"""Draws small copies of pictures anew, pixel by pixel, so that nothing but pixels of an upload is ever shown in a page."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from inventory.core.errors import Invalid
from inventory.core.wording import N_

if TYPE_CHECKING:
    from PIL import Image

SIZES = {"small": 320, "large": 1600}
QUALITY = 82
# A JPEG of one scan is decoded at the size it is wanted in; all else is held whole, so that fewer pixels must do.
MOST_IN_ONE_SCAN = 250_000_000
MOST_HELD_WHOLE = 40_000_000
ACCEPTED = ("JPEG", "PNG", "GIF", "WEBP")


def draw(source: Path, targets: dict[str, Path], name: str) -> None:
    """Write the copies of a picture ({size's name: path}); raises Invalid when it is damaged or has too many pixels."""
    from PIL import Image, ImageOps

    # Pillow looks before the format is known, and speaks up at half of what it refuses: what is refused is said below.
    Image.MAX_IMAGE_PIXELS = MOST_IN_ONE_SCAN
    try:
        for size, target in targets.items():
            with Image.open(source, formats=ACCEPTED) as picture:
                most = MOST_IN_ONE_SCAN if _is_in_one_scan(picture) else MOST_HELD_WHOLE
                if picture.width * picture.height > most:
                    raise Image.DecompressionBombError
                edge = SIZES[size]
                picture.draft("RGB", (edge, edge))
                turned = ImageOps.exif_transpose(picture)
                turned.thumbnail((edge, edge))
                _on_white(turned).save(target, "JPEG", quality=QUALITY, optimize=True)
                target.chmod(0o600)
    except Image.DecompressionBombError as error:
        raise Invalid("file", N_("“%(name)s” has too many pixels."), name=name) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise Invalid("file", N_("“%(name)s” is damaged and could not be read."), name=name) from error


def _is_in_one_scan(picture: Image.Image) -> bool:
    """Tell a JPEG whose first scan has all of it: of others libjpeg keeps every coefficient, six bytes a pixel, to the last scan."""
    from PIL import JpegImagePlugin

    if not isinstance(picture, JpegImagePlugin.JpegImageFile) or picture.info.get("progressive"):
        return False
    # Pillow stands behind the header of the first scan: two octets of length, the number of components, two for each, three.
    file = cast("IO[bytes]", picture.fp)
    file.seek(-6 - 2 * picture.layers, io.SEEK_CUR)
    return file.read(3)[-1:] == bytes([picture.layers])


def _on_white(picture: Image.Image) -> Image.Image:
    from PIL import Image

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layers = picture.convert("RGBA")
    white = Image.new("RGBA", layers.size, "white")
    white.alpha_composite(layers)
    return white.convert("RGB")
