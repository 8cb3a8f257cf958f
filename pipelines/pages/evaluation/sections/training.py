"""The training: its pace, its loss, its validations and its settings."""

from model.runs import training_of_model
from pipelines.pages.evaluation.evaluated_build import EvaluatedBuild
from pipelines.pages.evaluation.plots import plot_loss, plot_validation
from pipelines.pages.page import Values


def show_training(build: EvaluatedBuild) -> Values:
    """How the judged model was trained, if a run of it is kept, and its settings."""
    record = training_of_model(build.folder, build.report.model.digest)
    values: dict[str, object] = {
        "record": None,
        "loss": "",
        "validation": "",
        "settings": build.report.model.settings,
    }
    if record is None or not record.losses:
        return values

    values["record"] = record
    values["loss"] = plot_loss(record.losses)
    # Without a validation split a validation has no domain.
    validations = [
        (step, by_domain) for step, by_domain in record.validations if by_domain
    ]
    if validations:
        values["validation"] = plot_validation(validations)
    return values
