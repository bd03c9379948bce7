"""The report as one self-contained HTML file: no script, no network, nothing beside it."""

from aispec.report.html.page import render as render
from aispec.report.html.page import wanted as wanted
