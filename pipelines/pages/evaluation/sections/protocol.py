"""How it was judged: the protocol, and how each method answers."""

from pipelines.pages.evaluation.evaluated_build import MODEL, EvaluatedBuild
from pipelines.pages.page import Values


def show_protocol(build: EvaluatedBuild) -> Values:
    """The methods that the model was compared with."""
    return {
        "others": [method for method in build.methods if method is not MODEL],
        "grabcut_fallbacks": build.report.data.grabcut_fallbacks,
    }
