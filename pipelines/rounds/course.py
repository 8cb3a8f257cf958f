"""The course of a round: how it begins, and how it comes to its end.

Each step finds what a killed one has left, so a round can go on at any step.
"""

from msgspec.structs import replace
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from curate.shards.manifest import Manifest, require_manifest
from model.evaluation.report import Gate, Report
from model.promotion import now, read_promotion
from model.runs import RUNS, Run, find_run, run_of_model, trained_model
from pipelines.flow.faults import StageFaults
from pipelines.flow.screen import Screen
from pipelines.pages.curation.curation import write_curation_page
from pipelines.pages.evaluation.evaluation import write_evaluation_page
from pipelines.rounds.deliveries import held_back, judge_deliveries, told
from pipelines.rounds.effort import measure_effort
from pipelines.rounds.fetching import fetch_all
from pipelines.rounds.objects import has_objects, new_objects
from pipelines.rounds.records import Outcome, Round
from pipelines.rounds.store import end, ended_rounds, keep_open
from pipelines.verbs.before_training import warn_of_shards
from pipelines.verbs.gate import gate
from pipelines.verbs.gate_words import explain_falls
from pipelines.verbs.promote import promote
from pipelines.verbs.stage import curate
from pipelines.verbs.train import train_on_shards

Begun = tuple[Round | None, str, list[StageFaults]]
"""A round that is open from now on, or None and the reason; the faults of the curation."""


def begin(settings: Settings, screen: Screen) -> Begun:
    """Fetch and curate what is there, and open a round if there is something to learn."""
    build = UPath(settings.build)
    fetched = fetch_all(settings, screen.note)
    curation = curate(settings, "shard")
    sharded = curation.stages.get("shard")
    if sharded is None or sharded.out == 0:
        return None, "nothing is annotated yet", curation.faults

    manifest = require_manifest(build / "shard")
    rounds = ended_rounds(build)
    if rounds and rounds[-1].manifest == manifest.digest:
        last = rounds[-1]
        same = f"all is as in round {last.number} ({last.outcome})"
        return None, same, curation.faults

    run = _promoted_run(build)
    if run is not None and not has_objects(run):
        screen.note(
            f"loop: which objects run {run.number} knew is not noted, so all count as new"
        )
    new = new_objects(build, run)
    if not new.to_learn:
        nothing = "no object has come or changed"
        if new.ids:
            nothing = f"{len(new.ids):,} new objects, none of them in the split train"
        return None, nothing, curation.faults
    _check_that_it_can_be_judged(build, manifest)

    # What is held back is not learned: balance leaves it out when it runs again.
    start, against = _last_model(settings, run)
    deliveries = judge_deliveries(settings, run, against, new.ids, screen)
    held = held_back(settings, deliveries)
    if held:
        curation = curate(settings, "shard")
        manifest = require_manifest(build / "shard")
        new = new_objects(build, run)
        _check_that_it_can_be_judged(build, manifest)
    if not new.to_learn:
        return None, "; ".join(told(each) for each in held), curation.faults

    going = Round(
        number=_next_number(rounds),
        began=now(),
        start=start,
        against=against,
        manifest=manifest.digest,
        new=len(new.ids),
        to_learn=len(new.to_learn),
        new_share=settings.loop.new_share,
        fetched=fetched,
        held=held,
    )
    keep_open(build, going)
    screen.note(
        f"loop: round {going.number}: {going.new:,} new objects, {going.to_learn:,} to learn from; "
        f"goes on from {start}"
    )
    return going, "", curation.faults


def _check_that_it_can_be_judged(build: UPath, manifest: Manifest) -> None:
    """InputError if there is nothing to judge a model on, before it is trained."""
    if not manifest.rows.get("test"):
        raise InputError(
            f"{build}: no object is in the split test, so no model can be judged, and none "
            "would be promoted; raise split.test, or give an export role: test"
        )


def _next_number(rounds: list[Round]) -> int:
    """The number of the round after those that have ended; they count from 1."""
    if not rounds:
        return 1
    return rounds[-1].number + 1


def _promoted_run(build: UPath) -> Run | None:
    promotion = read_promotion(build)
    if promotion is None:
        return None
    return find_run(build, str(promotion.run))


def _last_model(settings: Settings, run: Run | None) -> tuple[str, str]:
    """What a round starts from, and what it is judged against."""
    if run is not None:
        name = f"{RUNS}/{run.number}"
        return name, name
    start = settings.train.start
    if start.endswith(".safetensors"):
        return start, start
    # Neither random weights nor those of another program can be judged against.
    return start, "base"


def bring_to_its_end(settings: Settings, going: Round) -> Round:
    """Measure, train, judge and promote; each step finds what a killed one has left."""
    build = UPath(settings.build)
    measure_effort(settings, going.number)
    trained = _train(settings, going)
    going = replace(going, run=trained.number)
    keep_open(build, going)

    gate(settings, going.against)
    write_curation_page(settings)
    write_evaluation_page(settings)
    report = trained.report()
    if report is None or report.gate is None:
        raise InputError(f"{trained.folder}: its report is gone; run this again")
    if _outcome(report.gate) == "promoted":
        promote(settings, str(trained.number), anyway=False)

    ended = _ended(going, report, report.gate)
    end(build, ended)
    return ended


def _train(settings: Settings, going: Round) -> Run:
    """The run that a round trains, or has trained."""
    build = UPath(settings.build)
    start = going.start
    run = None
    if start.startswith(f"{RUNS}/"):
        run = find_run(build, start)
        start = str(run.folder)
    section = settings.train.model_copy(
        update={
            "start": start,
            "minutes": settings.loop.minutes,
            "steps": settings.loop.steps,
        }
    )
    of_round = settings.model_copy(update={"train": section})
    warn_of_shards(of_round, Screen())
    train_on_shards(of_round, new_objects(build, run).to_learn)

    trained = run_of_model(build, trained_model(build) or "")
    if trained is None:
        raise InputError(f"{build}: the trained model is of no run; train again")
    return trained


def _ended(going: Round, report: Report, found: Gate) -> Round:
    """A round with what its judgement says."""
    falls = ""
    if not found.passed:
        falls = explain_falls(found)
    change = None
    if found.overall is not None:
        change = found.overall.mean
    return replace(
        going,
        outcome=_outcome(found),
        falls=falls,
        iou=report.overall("iou"),
        iou_change=change,
        ended=now(),
    )


def _outcome(found: Gate) -> Outcome:
    if not found.passed:
        return "stopped"
    if not found.checks:
        return "unjudged"
    return "promoted"
