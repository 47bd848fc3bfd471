"""One look for all pages and charts: colours, how charts are drawn, and how numbers are written. No Streamlit here."""
