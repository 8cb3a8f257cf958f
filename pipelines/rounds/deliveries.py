"""What is new in a round, judged delivery by delivery before anything learns from it."""

from collections.abc import Collection

from curate.settings import Settings
from model.annotations.report import DeliveryQuality
from model.runs import Run
from pipelines.flow.screen import Screen


def judge_deliveries(
    settings: Settings,
    run: Run | None,
    against: str,
    new: Collection[str],
    screen: Screen,
) -> list[DeliveryQuality]:
    """Judge the new objects by the model in use, and say what is held back.

    `run`: the promoted one. `against`: the model that is used if no run is promoted. Nothing
    is judged where `balance.quality_trust` is 0.
    """
    if settings.balance.quality_trust == 0:
        return []
    # Imported here: torch is slow to import.
    from model.annotations.judged_deliveries import judge_new_deliveries

    checkpoint = against
    if run is not None:
        checkpoint = str(run.folder)
    screen.note(f"loop: judges the masks of {len(new):,} new objects")
    found = judge_new_deliveries(settings, checkpoint, new, screen.note)
    for each in held_back(settings, found):
        screen.note(f"loop: {told(each)}")
    return found


def held_back(
    settings: Settings, deliveries: list[DeliveryQuality]
) -> list[DeliveryQuality]:
    """Those whose objects do not go on: found wrong, and not accepted by a person."""
    found = [each for each in deliveries if each.is_held]
    return [each for each in found if not settings.balance.accepts(each.delivery)]


def told(delivery: DeliveryQuality) -> str:
    """A delivery that is held back, in words; and what lifts it."""
    return (
        f"HELD BACK: customer {delivery.customer}'s delivery {delivery.export} of "
        f"{delivery.objects:,} objects to learn from: {delivery.found}. Their drops are in the "
        "ledger as doubtful_delivery. If you have looked at them and they are right, write "
        f"balance: {{accept: [{delivery.delivery}]}}"
    )
