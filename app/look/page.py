"""The style of all pages, beyond what the theme can set."""

import tomllib
from pathlib import Path

from fame.home import PROJECT


def style() -> str:
    """CSS for every page, with the theme's accents."""
    theme = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    css = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    return css.replace("$LIGHT", theme["light"]["primaryColor"]).replace("$DARK", theme["dark"]["primaryColor"])
