"""The notices on top of the evaluation page: what to know before the numbers."""

from collections.abc import Iterator

from pipelines.pages.evaluation.evaluated_build import EvaluatedBuild
from pipelines.pages.page import Notice
from pipelines.pages.template_filters import counted, percent, signed_fraction, words

# A domain with less decides nothing: its intervals are wide.
_FEW_IMAGES = 30
_FEW_OBJECTS = 100
_DOMAINS_NAMED = 8


def find_notices(build: EvaluatedBuild) -> list[Notice]:
    """All notices."""
    return [
        *_of_doubtful_domains(build),
        *_of_small_domains(build),
        *_of_methods(build),
    ]


def _of_doubtful_domains(build: EvaluatedBuild) -> Iterator[Notice]:
    """Domains in which the model may be no better than the best baseline."""
    for stratum in build.strata["domain"]:
        gain = stratum.differences["iou", build.best.name]
        if gain.low <= 0:
            mean = signed_fraction(gain.mean)
            interval = f"{signed_fraction(gain.low)} to {signed_fraction(gain.high)}"
            yield Notice(
                f"{words(stratum.value)}: not shown to be better",
                f"The model minus {build.best.title} is {mean} IoU, {interval}.",
                "by-domain",
            )


def _of_small_domains(build: EvaluatedBuild) -> Iterator[Notice]:
    domains = build.strata["domain"]
    small = [
        words(stratum.value)
        for stratum in domains
        if stratum.images < _FEW_IMAGES or stratum.objects < _FEW_OBJECTS
    ]
    if not small:
        return
    named = ", ".join(small[:_DOMAINS_NAMED])
    if len(small) > _DOMAINS_NAMED:
        named += f" and {len(small) - _DOMAINS_NAMED} more"
    if len(small) == len(domains) > 1:
        named = f"all {len(domains)} domains"
    yield Notice(
        "Few objects",
        f"Fewer than {_FEW_IMAGES} test images or {_FEW_OBJECTS} objects in {named}: "
        "read intervals, not means.",
        "by-domain",
    )


def _of_methods(build: EvaluatedBuild) -> Iterator[Notice]:
    if "untuned" not in build.overall.metrics:
        yield Notice(
            "No base",
            "The base checkpoint was not there, so the page does not show what tuning brought.",
        )
    failed = build.report.data.grabcut_fallbacks
    if failed:
        share = percent(failed / build.report.data.objects)
        yield Notice(
            f"GrabCut failed on {counted(failed, 'object')} ({share})",
            "The drawn box counts as its answer there.",
            "protocol",
        )
