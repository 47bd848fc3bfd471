"""The pages, in the order of the menu: what each is called and answers. A page is a file in pages/ and an entry."""

from dataclasses import dataclass
from typing import Literal

from fame.checkpoint.description import Description

Need = Literal["nothing", "a model", "facets", "experts"]


@dataclass(frozen=True)
class Page:
    """One page."""

    name: str  # of its file, without .py, and in links between pages
    title: str  # in the menu and in links
    icon: str
    question: str  # its heading: what it answers
    shows: str = ""  # in a sentence, for Home; empty where Home leads there otherwise
    needs: Need = "a model"  # without which there is nothing to see

    @property
    def url(self) -> str:
        """Its path after the address of the app; Home has none."""
        return "" if self.name == "home" else self.name.replace("_", "-")

    @property
    def file(self) -> str:
        """Its file as Streamlit names it, from the folder of Home.py."""
        return f"../pages/{self.name}.py"

    def suits(self, model: Description) -> bool:
        """Whether the model has what the page is about; experts are something only where a facet has several."""
        if self.needs == "experts":
            return bool(model.config["facets"]) and int(model.config["experts"]) > 1
        return self.needs != "facets" or bool(model.config["facets"])


PAGES = (
    Page("home", "Home", ":material/home:", "See which facet drove a recommendation"),
    Page(
        "learn",
        "Learn",
        ":material/school:",
        "How does it choose?",
        "Nine steps through the model on screen, with its own numbers and one thing to try at each.",
    ),
    Page(
        "predict",
        "Predict",
        ":material/recommend:",
        "What comes next?",
        "What comes next after a history that you build, score by score.",
    ),
    Page(
        "gates",
        "Gates",
        ":material/alt_route:",
        "Which facet speaks, when?",
        "Which facet speaks at each step, beside what it really moves.",
        needs="facets",
    ),
    Page(
        "experts",
        "Experts",
        ":material/account_tree:",
        "Which preference inside the facet?",
        "Which expert a facet listens to, and whether they differ at all.",
        needs="experts",
    ),
    Page(
        "why",
        "Why",
        ":material/troubleshoot:",
        "Why this one?",
        "Which past items it is due to, tested, and what would change it.",
    ),
    Page(
        "facet_map",
        "Facet map",
        ":material/scatter_plot:",
        "What do the facets see?",
        "How each facet arranges the items, side by side.",
    ),
    Page(
        "meaning",
        "Meaning",
        ":material/label:",
        "What is each facet?",
        "What each facet and expert is, tested on items that training never saw.",
        needs="facets",
    ),
    Page(
        "errors",
        "Errors",
        ":material/rule:",
        "Where is it wrong?",
        "Every user at once: where it fails, for whom, and one error after another.",
    ),
    Page(
        "compare",
        "Compare",
        ":material/compare_arrows:",
        "What differs?",
        "Two models user by user, list by list and facet by facet, and what can be told of it.",
    ),
    Page("train", "Train", ":material/model_training:", "Teach it my data", needs="nothing"),
    Page("models", "Models", ":material/inventory_2:", "Which models are here?", needs="nothing"),
)
PAGES_BY_NAME = {page.name: page for page in PAGES}
