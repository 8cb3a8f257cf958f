"""The command line of a benchmark."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter


def argument_parser(document: str | None) -> ArgumentParser:
    """A parser whose help is the benchmark's docstring, with its lines as they are."""
    return ArgumentParser(
        description=document,
        formatter_class=RawDescriptionHelpFormatter,
    )
