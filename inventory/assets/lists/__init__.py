"""The equipment list, declared once for the page, its files, bulk acts and every drill-down."""

from inventory.assets.lists.columns import columns
from inventory.assets.lists.equipment import add, chosen_day, equipment
from inventory.assets.lists.filters import IN_USE
from inventory.assets.lists.words import age_words, asset_of, model_words

__all__ = ["IN_USE", "add", "age_words", "asset_of", "chosen_day", "columns", "equipment", "model_words"]
