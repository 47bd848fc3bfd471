"""Files of one's own -> a data set: what they seem to be, and what came of them."""

from fame.data.importing.conversion import bring_in, look
from fame.data.importing.files import Ignored
from fame.data.importing.guess import Column, Found, Guess
from fame.data.importing.options import DATE_ORDERS, FORMATS, ROLES, Bin, Encoding, ImportOptions, OfFile, options
from fame.data.importing.report import Counts, Dropped, ImportProgress, Report

__all__ = [
    "DATE_ORDERS",
    "FORMATS",
    "ROLES",
    "Bin",
    "Column",
    "Counts",
    "Dropped",
    "Encoding",
    "Found",
    "Guess",
    "Ignored",
    "ImportOptions",
    "ImportProgress",
    "OfFile",
    "Report",
    "bring_in",
    "look",
    "options",
]
