"""Settings files that run, short scripts that show the library, and painted pictures."""
