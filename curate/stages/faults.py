"""What is kept of an exception that no rule foresees: a report, and a refusal."""

import traceback
from collections.abc import Callable

from curate.drops import FaultReport
from curate.reasons import Fault, Reason, Refusal
from curate.stores import unavailable

BeforeImage = Callable[[str], None]
"""Is called with the path of each image before it is opened; what it raises as Refusal costs
the image. So whoever runs a stage can note which image it was at when its process was killed."""


def opens_all(image: str) -> None:
    """A `BeforeImage` that lets each image be opened."""


def fault_report(error: Exception, export: str, image_path: str) -> FaultReport:
    """The report of an exception, and of the image that it costs.

    A store that does not answer is no fault, and costs no image: StoreUnavailable is raised.
    """
    away = unavailable(error)
    if away is not None:
        raise away
    if isinstance(error, Fault):  # of the child, where its traceback was taken
        summary = error.summary
        trace = error.trace
    else:
        message = "".join(traceback.format_exception_only(error))
        summary = " ".join(message.split())
        trace = "".join(traceback.format_exception(error))
    return FaultReport(
        export=export, image_path=image_path, summary=summary, trace=trace
    )


def fault_refusal(report: FaultReport) -> Refusal:
    """The reason `fault`, for the drops that a fault causes."""
    return Refusal(Reason.FAULT, report.summary)
