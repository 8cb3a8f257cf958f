"""The loop: the server that answers boxes with masks, and what annotation tools need of it."""
