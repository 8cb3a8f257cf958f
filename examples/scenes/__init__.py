"""Painted scenes with exact masks: what the base model learns from, and the demo's building blocks.

From small to large: `sampling`, `outlines`, `fields` and `textures` know points and tones.
`animals`, `people`, `plants` and others put things together from them. `canvas` paints a thing and
knows at each pixel whose it is. `views` arrange things. `scene` gives a finished picture with its
masks, and `exports` writes many of them.
"""
