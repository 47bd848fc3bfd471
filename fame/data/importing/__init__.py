"""Files of one's own -> a data set: what they seem to be, and what came of them."""

from fame.data.importing.bring import bring_in, look
from fame.data.importing.files import Ignored
from fame.data.importing.guess import Column, Found, Guess
from fame.data.importing.options import FORMATS, ORDERS, ROLES, Bin, Encoding, OfFile, Options, options
from fame.data.importing.report import Counts, Dropped, Progress, Report

__all__ = [
    "FORMATS",
    "ORDERS",
    "ROLES",
    "Bin",
    "Column",
    "Counts",
    "Dropped",
    "Encoding",
    "Found",
    "Guess",
    "Ignored",
    "OfFile",
    "Options",
    "Progress",
    "Report",
    "bring_in",
    "look",
    "options",
]
