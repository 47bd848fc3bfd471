"""What an action came to is said once, on its page; what is wrong with a link, until the next edit."""

from fame.checkpoint.package import pack
from tests.app.conftest import said


def paste(app, text):
    return next(box for box in app.text_area if box.label == "Item ids, oldest first").set_value(text).run()


def test_that_a_model_was_added_is_said_once_on_its_page(opened, trained):
    app = opened(trained.model, "models")
    app.file_uploader[0].upload("theirs.zip", pack(trained.description.folder, "theirs"), "application/zip").run()
    next(button for button in app.button if button.label == "Add the model").click().run()
    assert "theirs was added." in said(app)
    assert "theirs was added." not in said(app.run())
    app.file_uploader[0].upload("ours.zip", pack(trained.description.folder, "ours"), "application/zip").run()
    next(button for button in app.button if button.label == "Add the model").click().run()
    assert "ours was added." in said(app)
    for page in ("predict", "train", "models"):
        assert "was added." not in said(app.switch_page(f"../pages/{page}.py").run())


def test_what_could_not_be_done_is_said_once_on_its_page(opened, trained):
    app = paste(opened(trained.model, "predict", history="f1,f2"), "nonsense")
    (wrong,) = (warning.value for warning in app.warning)
    assert "nonsense" in wrong
    assert not app.switch_page("../pages/gates.py").run().warning
    assert not app.switch_page("../pages/predict.py").run().warning
    assert paste(app, "nonsense").warning
    assert not app.run().warning


def test_what_is_wrong_with_a_link_is_said_until_the_next_edit_where_it_matters(opened, trained):
    app = opened(trained.model, "predict", history="f1,f2", target="nobody")
    assert "The target 'nobody' is not in" in said(app)
    assert "nobody" not in said(app.switch_page("../pages/models.py").run())
    assert "The target 'nobody' is not in" in said(app.switch_page("../pages/predict.py").run())
    assert "nobody" not in said(paste(app, "f3,f4"))
