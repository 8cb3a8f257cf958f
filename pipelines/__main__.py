"""`python -m pipelines VERB SETTINGS [options]`."""

from pipelines.cli import app

if __name__ == "__main__":
    app(prog_name="python -m pipelines")
