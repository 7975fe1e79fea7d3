"""Try an agreement without a database: scenarios. Pure."""

from slaflow.trial.report import Failure, TrialReport, sum_of
from slaflow.trial.run import run_scenarios

__all__ = ["Failure", "TrialReport", "run_scenarios", "sum_of"]
