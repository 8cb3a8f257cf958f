"""What an export holds, before anything is built: reading, ranking, and a draft of settings."""
