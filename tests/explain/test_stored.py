"""What was measured on a model is read back as it was, and only for the weights it was measured on."""

import json

import pytest
from typer.testing import CliRunner

from fame.checkpoint.description import describe
from fame.checkpoint.store import save
from fame.cli import app
from fame.explain import stored
from fame.explain.trust.records.scorecard import SCORECARD_ADVICE, SCORECARD_FILE, Scorecard


def test_the_scorecard_stays_with_its_model(trained, cinema, cinema_folder, tmp_path):
    save(tmp_path / "m", trained.model, cinema, {})
    model = describe(tmp_path / "m")
    assert stored.load(model, SCORECARD_FILE, Scorecard, SCORECARD_ADVICE) is None
    command = ["verify", "planted", "--model", str(tmp_path / "m"), "--data", str(cinema_folder), "--json"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    answer, found = json.loads(done.stdout), stored.load(model, SCORECARD_FILE, Scorecard, SCORECARD_ADVICE)
    assert (found.events, found.named.value, found.unnamed) == (answer["events"], answer["named"], answer["unnamed"])
    assert found.readings["gate"].value == answer["gate"]
    assert found.readings["responsibility"] is None
    assert [vars(point) for point in found.curve] == answer["curve"]
    content = json.loads((tmp_path / "m" / SCORECARD_FILE).read_text())
    for change, said in (({"model": "another"}, "measured on other weights"), ({"result": {}}, "cannot be read")):
        (tmp_path / "m" / SCORECARD_FILE).write_text(json.dumps(content | change))
        with pytest.raises(stored.StoredError, match=said):
            stored.load(model, SCORECARD_FILE, Scorecard, SCORECARD_ADVICE)
