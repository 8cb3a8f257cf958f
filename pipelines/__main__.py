#!/usr/bin/env python3
"""`python -m pipelines VERB SETTINGS [options]`.

In an editable install also `segcurate VERB …`.
"""

from pipelines.cli import app

if __name__ == "__main__":
    app()
