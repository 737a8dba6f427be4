"""What tabswarm is measured beside, each in an environment and a process of its own."""
