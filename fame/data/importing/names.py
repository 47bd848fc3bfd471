"""What columns are usually called."""

import re
from collections.abc import Sequence

NAMES = {  # in small letters, without what is no letter or digit; the surest first
    "user": (
        "userid user uid reviewerid reviewer customerid customer visitorid visitor memberid member personid person "
        "viewerid viewer profileid accountid account username who sessionid session"
    ),
    "item": (
        "itemid item parentasin asin movieid movie filmid film productid product bookid isbn isbn13 isbn10 book "
        "trackid songid artistid businessid recipeid gameid appid articleid newsid tmdbid imdbid animeid sku iid what"
    ),
    "time": "timestamp unixreviewtime time datetime date when createdat reviewtime eventtime ts tdat unixtime",
    "rating": "rating overall stars score ratingvalue bookrating",
    "title": "title movietitle itemtitle producttitle booktitle filmtitle name itemname productname moviename filmname",
}
_EVERY = "genre genres category categories brand director directors author authors bookauthor artist artists publisher"
_MORE = "studio language year releaseyear yearofpublication department store subject topic"
ABOUT = frozenset(f"{_EVERY} {_MORE}".split())  # what is an item's and no event's, where a log has it beside its ids
TAGS = frozenset(
    ("tag", "tags", "tagid", "tagvalue", "keyword", "keywords", "label", "labels")
)  # what a person says of an item
KNOWN_COLUMNS = frozenset(name for names in NAMES.values() for name in names.split()) | ABOUT | TAGS | {"id"}


def plain(name: str) -> str:
    """A name without case and signs: "User-ID" and "user_id" are one."""
    return re.sub(r"[\W_]", "", name.lower())


def find(names: Sequence[str], role: str) -> str | None:
    """The column that is called like a role, the surest first; "meta.user_id" counts where none is called so itself."""
    for last in (False, True):
        of = {plain(name.rpartition(".")[2] if last else name): name for name in reversed(names)}
        found = next((of[known] for known in NAMES[role].split() if known in of), None)
        if found or role == "title":
            return found
    return None
