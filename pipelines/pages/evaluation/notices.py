"""The notices on top of the evaluation page: what to know before the numbers."""

from collections.abc import Iterator

from model.evaluation.intervals import LEAST_IMAGES
from model.evaluation.staleness import find_stale
from pipelines.pages.evaluation.evaluated_build import EvaluatedBuild
from pipelines.pages.page import Notice
from pipelines.pages.template_filters import counted, percent, signed_fraction, words

_DOMAINS_NAMED = 8


def find_notices(build: EvaluatedBuild) -> list[Notice]:
    """All notices."""
    return [
        *_of_staleness(build),
        *_of_doubtful_domains(build),
        *_of_small_domains(build),
        *_of_methods(build),
    ]


def _of_staleness(build: EvaluatedBuild) -> Iterator[Notice]:
    """What of the page is not of the model and the shards that the build holds now."""
    for stale in find_stale(build.folder):
        yield Notice(stale.headline, stale.sentence)


def _of_doubtful_domains(build: EvaluatedBuild) -> Iterator[Notice]:
    """Domains in which the model may be no better than the strongest other method."""
    doubtful = []
    for stratum in build.worst_first("domain"):
        gain = stratum.gain(build.best)
        if gain.low <= 0 and not stratum.is_small:
            interval = f"{signed_fraction(gain.low)} to {signed_fraction(gain.high)}"
            doubtful.append(
                f"{words(stratum.title)} {signed_fraction(gain.mean)} ({interval})"
            )
    if doubtful:
        yield Notice(
            f"In {counted(len(doubtful), 'domain')} not shown to be better",
            f"IoU, model − {build.best.title}: {_listed(doubtful)}.",
            "by-domain",
        )


def _of_small_domains(build: EvaluatedBuild) -> Iterator[Notice]:
    domains = build.strata["domain"]
    small = [words(stratum.title) for stratum in domains if stratum.is_small]
    if not small:
        return
    named = _listed(small)
    if len(small) == len(domains) > 1:
        named = f"all {len(domains)} domains"
    yield Notice(
        "Few images",
        f"Fewer than {LEAST_IMAGES} test images in {named}: too few to judge a domain by.",
        "by-domain",
    )


def _listed(names: list[str]) -> str:
    listed = ", ".join(names[:_DOMAINS_NAMED])
    if len(names) > _DOMAINS_NAMED:
        listed += f" and {len(names) - _DOMAINS_NAMED} more"
    return listed


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
