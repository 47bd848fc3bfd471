"""When what was held out happened."""

from pathlib import Path

import numpy as np
import pandas as pd

from fame.data import DataSet


def times(folder: Path, data: DataSet, split: str) -> np.ndarray:
    """(users,) timestamp of each user's item that the split holds out; NaN where the file does not tell it as a number.

    A user's histories are in the order of time, so that it is the latest, or the one before.
    """
    import duckdb

    found = (
        duckdb.connect()
        .execute(
            "SELECT CAST(user_id AS VARCHAR) AS user_id, max(TRY_CAST(timestamp AS DOUBLE), 2) AS latest "
            "FROM read_parquet($file) GROUP BY ALL",
            {"file": str(folder / "interactions.parquet")},
        )
        .df()
    )
    back = 0 if split == "test" else 1
    latest = [float(one[back]) if one is not None and len(one) > back else np.nan for one in found["latest"]]
    return pd.Series(latest, index=found["user_id"], dtype=float).reindex(list(data.users)).to_numpy()
