"""Label Studio with a demo project, and the answering server as its model."""
