"""The pages of `docs/` that are made from code, rules and schemas, and the site they form."""
