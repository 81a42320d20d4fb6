"""Questions about the lanes: answered from a table of facts, by a language model or offline, and checked against it."""
