"""Settings files that run, and the programs that draw pictures with exact masks for them."""
