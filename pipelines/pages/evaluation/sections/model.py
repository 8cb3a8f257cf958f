"""The model: what it is, and what it was made from."""

from pipelines.pages.evaluation.evaluated_build import EvaluatedBuild
from pipelines.pages.page import Values


def show_model(build: EvaluatedBuild) -> Values:
    """The facts that the report has of the model and of the test shards."""
    return {"model": build.report.model, "data": build.report.data}
