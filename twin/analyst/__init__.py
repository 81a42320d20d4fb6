"""Answer questions about lanes from a table of facts, by a language model or offline, and check every number."""
