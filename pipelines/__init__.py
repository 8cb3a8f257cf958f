"""The stages on Dask, the command line, and the pages."""

import os

# Arrow's own allocator keeps what a thread has freed for that thread, a tenth of what a run holds.
# Arrow reads this when it is imported; what the user has set stays.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
