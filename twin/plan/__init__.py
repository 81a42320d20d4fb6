"""Lanes under policies: the fields of a policy, the values of unset fields, and every number of a lane."""
