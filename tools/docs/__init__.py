"""The pages of `docs/rules/`, made from the rule files."""
