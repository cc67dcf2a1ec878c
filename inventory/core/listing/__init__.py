"""A list page's one declaration: columns, filters, words, sort, keyset paging, saved views and files of all rows."""

from inventory.core.listing.declaring import (
    NUMBER_IN_PARC,
    WHEN,
    BulkAction,
    Cell,
    Column,
    Filter,
    Join,
    ListedRow,
    Usual,
    code_options,
    number_in_parc,
)
from inventory.core.listing.lists import Listing
from inventory.core.listing.picking import Picked, ticked
from inventory.core.listing.reading import EXPORT_CHUNK, PAGE_SIZE
from inventory.core.listing.shown import AsShown, by_label
from inventory.core.listing.tallied import tallied
from inventory.core.listing.understanding import whole_number

__all__ = [
    "EXPORT_CHUNK",
    "NUMBER_IN_PARC",
    "PAGE_SIZE",
    "WHEN",
    "AsShown",
    "BulkAction",
    "Cell",
    "Column",
    "Filter",
    "Join",
    "ListedRow",
    "Listing",
    "Picked",
    "Usual",
    "by_label",
    "code_options",
    "number_in_parc",
    "tallied",
    "ticked",
    "whole_number",
]
