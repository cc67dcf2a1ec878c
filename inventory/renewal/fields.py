"""Names what the history of rules and replacements shows."""

from __future__ import annotations

from inventory.assets.states import Ownership, Usage
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.renewal.sixth import Reason, Rounding

DESCRIBED: dict[str, tuple[str, type[Code] | None]] = {
    "old_asset": (N_("Device that left"), None),
    "new_asset": (N_("Device that came"), None),
    "replaced_on": (N_("Replaced on"), None),
    "judgement": (N_("Judgement"), Reason),
    "fraction_numerator": (N_("Part renewed each year"), None),
    "fraction_denominator": (N_("Of"), None),
    "category_ids": (N_("Categories of the base"), None),
    "year_starts_day": (N_("The contract year starts on day"), None),
    "year_starts_month": (N_("Of month"), None),
    "reference_offset_days": (N_("Days from there to the reference day"), None),
    "rounding": (N_("How the target is rounded"), Rounding),
    "cumulative_from_year": (N_("Add up from the year"), None),
    "ownerships": (N_("Whose equipment counts"), Ownership),
    "usages": (N_("For which usage"), Usage),
    "minimum_age_gain_months": (N_("Least gain in age of a device that served elsewhere, in months"), None),
    "inherits": (N_("Use the rule of the entity above"), None),
    "renewed": (N_("Renewed"), None),
    "in_base": (N_("Base"), None),
    "target": (N_("Target"), None),
}
