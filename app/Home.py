"""What `streamlit run app/Home.py` starts: page config, navigation over ../pages, nothing else."""

from pathlib import Path

import streamlit as st

from app.pages import PAGES
from app.widgets.shared.frame import frame

ROOT = Path(__file__).resolve().parent.parent

st.set_page_config(page_title="FAME Explorer", page_icon=str(ROOT / "assets" / "icon.svg"), layout="wide")
st.logo(str(ROOT / "assets" / "logo.svg"), size="large", icon_image=str(ROOT / "assets" / "icon.svg"))
opened = st.navigation(
    [
        st.Page(
            ROOT / "pages" / f"{page.name}.py",
            title=page.title,
            icon=page.icon,
            url_path=page.url or None,
            default=not page.url,
        )
        for page in PAGES
    ]
)
frame(next(page for page in PAGES if page.url == opened.url_path))
opened.run()
