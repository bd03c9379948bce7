"""A model on disk: what its own headers say, which beats what the catalogue says."""

from aispec.catalog.local.model import LocalError, LocalModel, TensorBytes
from aispec.catalog.local.read import read_local

__all__ = ["LocalError", "LocalModel", "TensorBytes", "read_local"]
