"""Estimators: from a resolved deployment to its facts."""
