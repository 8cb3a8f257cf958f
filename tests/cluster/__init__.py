"""A cluster of processes that share nothing but a store: `make test-cluster` runs these."""
