"""What `streamlit run app/Home.py` starts: page config, navigation over ../pages, nothing else."""

from pathlib import Path

import streamlit as st

from app.widgets.shared.frame import frame

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "pages"

st.set_page_config(page_title="FAME Explorer", page_icon=str(ROOT / "assets" / "icon.svg"), layout="wide")
st.logo(str(ROOT / "assets" / "logo.svg"), size="large", icon_image=str(ROOT / "assets" / "icon.svg"))
page = st.navigation(
    [
        st.Page(PAGES / "home.py", title="Home", icon=":material/home:", default=True),
        st.Page(PAGES / "predict.py", title="Predict", icon=":material/recommend:", url_path="predict"),
        st.Page(PAGES / "gates.py", title="Gates", icon=":material/alt_route:", url_path="gates"),
        st.Page(PAGES / "experts.py", title="Experts", icon=":material/account_tree:", url_path="experts"),
        st.Page(PAGES / "why.py", title="Why", icon=":material/troubleshoot:", url_path="why"),
        st.Page(PAGES / "facet_map.py", title="Facet map", icon=":material/scatter_plot:", url_path="facet-map"),
        st.Page(PAGES / "meaning.py", title="Meaning", icon=":material/label:", url_path="meaning"),
        st.Page(PAGES / "train.py", title="Train", icon=":material/model_training:", url_path="train"),
        st.Page(PAGES / "models.py", title="Models", icon=":material/inventory_2:", url_path="models"),
    ]
)
frame(page.url_path, needs_model=page.url_path not in ("train", "models"))
page.run()
