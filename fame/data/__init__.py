"""Catalog, histories, split, the data-set folder, readers, the demo data and the planted cinema."""

from fame.data.catalog import Catalog, CatalogError, Family, UnknownItemError
from fame.data.columns import DataError
from fame.data.dataset import DataSet, read, write
from fame.data.histories import Histories, HistoryTextError, format_history, parse_history
from fame.data.pasted import pasted_ids
from fame.data.split import Events, Split, held_out, leave_one_out

__all__ = [
    "Catalog",
    "CatalogError",
    "DataError",
    "DataSet",
    "Events",
    "Family",
    "Histories",
    "HistoryTextError",
    "Split",
    "UnknownItemError",
    "format_history",
    "held_out",
    "leave_one_out",
    "parse_history",
    "pasted_ids",
    "read",
    "write",
]
