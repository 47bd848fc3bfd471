"""What a person chooses about an import."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from fame.data.columns import DataError
from fame.data.importing.files import File

Form = Literal["auto", "movielens", "recbole", "amazon", "json", "csv", "parquet"]
Encoding = Literal["utf-8", "utf-16", "latin-1", "cp1252", "cp1251", "koi8-r", "shift_jis", "gb18030", "big5", "euc-kr"]
Role = Literal["user", "item", "time", "rating", "title"]
FORMATS: tuple[Form, ...] = ("auto", "movielens", "recbole", "amazon", "json", "csv", "parquet")
DATE_ORDERS = ("day-first", "month-first", "year-first")  # of dates such as 03/04/2021
ROLES: tuple[Role, ...] = ("user", "item", "time", "rating", "title")


class Bin(BaseModel):
    """How the numbers of a column become the values of a family; one of the two is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    ranges: Annotated[int, Field(ge=2, le=100)] | None = None  # this many, with about as many items each
    width: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None  # 10 makes decades of years

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.ranges is None) == (self.width is None):
            raise ValueError("give either the number of ranges or their width")
        return self


class OfFile(BaseModel):
    """What is chosen for one file and comes before what is chosen for all."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    mapping: dict[Role, str] = {}
    encoding: Encoding | None = None
    header: bool | None = None


class ImportOptions(BaseModel):
    """Everything that can be chosen; what is left out is guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    form: Form = "auto"
    mapping: dict[Role, str] = {}  # the log's own names of the columns; a table of items follows where it has them
    families: tuple[str, ...] | None = None  # columns of items that become attribute families
    separator: Annotated[str, Field(min_length=1, max_length=10)] = "|"  # between the values of a cell
    bins: dict[str, Bin] = {}  # numeric column -> ranges
    core: Annotated[int, Field(ge=0, le=1000)] = 0  # users and items with fewer interactions go, again and again
    encoding: Encoding = "utf-8"  # of text files without a byte-order mark
    time_format: Annotated[str, Field(max_length=100)] = ""  # one of ORDERS, or a pattern of strptime; else guessed
    header: bool | None = None  # whether the first line names the columns; None guesses it
    in_order: bool = False  # there are no times: the order of the rows stands for them
    files: dict[str, OfFile] = {}  # name of a file -> what holds for it alone
    name: str = ""  # of the data set; its folder's if empty

    @field_validator("time_format")
    @classmethod
    def _known(cls, given: str) -> str:
        if given and given not in DATE_ORDERS and "%" not in given:
            raise ValueError(f"it is {', '.join(DATE_ORDERS)}, or a pattern such as %d/%m/%Y %H:%M")
        return given

    def of(self, file: File) -> OfFile:
        """What holds for one file; its mapping is what was said of it alone."""
        said = [chosen for name, chosen in self.files.items() if file.called(name)]
        mapping = {role: column for chosen in said for role, column in chosen.mapping.items()}
        encoding = next((chosen.encoding for chosen in said if chosen.encoding), self.encoding)
        header = next((chosen.header for chosen in said if chosen.header is not None), self.header)
        return OfFile(mapping=mapping, encoding=encoding, header=header)

    def encoding_of(self, file: File) -> Encoding:
        """Of one file."""
        return self.of(file).encoding or self.encoding


def options(**chosen: object) -> ImportOptions:
    """`Options`, or a `DataError` that says in one sentence which of them is wrong."""
    try:
        return ImportOptions.model_validate(chosen)
    except ValidationError as error:
        first = error.errors()[0]
        place = ": ".join(str(part) for part in first["loc"])
        raise DataError(f"{place} {first.get('input')!r}: {first['msg']}; correct it.") from None
