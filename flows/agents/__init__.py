"""Verdicts of a language model: asked of an endpoint, landed, and only then read by models.

The policy decides what is possible, here and without an endpoint. An agent may choose within it and
say why (docs/agents.md).
"""
