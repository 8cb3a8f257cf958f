"""The page of an evaluation: the model beside the baselines, by stratum."""
