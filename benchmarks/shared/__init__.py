"""What several benchmarks use: pictures and shards made by code, rates, peak memory."""
