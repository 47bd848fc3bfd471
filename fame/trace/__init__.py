"""Every held-out event through the model, as Parquet files that are asked by DuckDB."""
