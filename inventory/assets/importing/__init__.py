"""Equipment in files: their columns, and what a row of a file says of the inventory."""

from __future__ import annotations

from inventory.assets.importing.columns import cells, written
from inventory.assets.importing.equipment import IMPORTER

__all__ = ["IMPORTER", "cells", "written"]
