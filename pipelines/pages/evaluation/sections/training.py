"""The training: its pace, its loss, its validations and its settings."""

from model.records import TrainingRecord, checked_record
from pipelines.pages.evaluation.evaluated_build import EvaluatedBuild
from pipelines.pages.evaluation.plots import plot_loss, plot_validation
from pipelines.pages.page import Values


def show_training(build: EvaluatedBuild) -> Values:
    """The record of the training, if there is one, and the settings of the model."""
    record = checked_record(build.folder / "train" / "train.json", TrainingRecord)
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
