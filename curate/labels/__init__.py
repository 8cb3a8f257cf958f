"""From customers' labels to concepts: words, the taxonomy, matching and reviewers' decisions."""
