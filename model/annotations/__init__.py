"""The annotations themselves judged: how likely each mask of the training set is wrong."""
