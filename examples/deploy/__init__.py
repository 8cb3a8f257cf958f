"""A run on a cluster that is started for it: on Kubernetes, on Slurm, or by Coiled."""
