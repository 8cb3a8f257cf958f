"""What a run starts before it has imported what it needs itself.

Workers are forked from a process whose imports take as long as those of this one. Where both begin
at once, a second core does one of them.
"""

from upath import UPath

from curate.settings import Settings
from pipelines.flow.amount import is_small
from pipelines.flow.local_cluster import prepare_forks


def start_early(settings: Settings) -> None:
    """Start the process that workers are forked from, if the run is likely to need them.

    A build that is there already may have nothing to do: its workers start with the first task.
    """
    dask = settings.dask
    if dask.scheduler is not None or dask.workers == 1:
        return
    is_new = not UPath(settings.build).exists()
    if is_new and not is_small(settings.exports):
        prepare_forks()
