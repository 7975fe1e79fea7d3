"""What stands in the way of a job, or of who asks for one."""

from __future__ import annotations

from collections.abc import Iterable

from slaflow.errors import SlaflowError, UnknownName
from slaflow.language import _, marked


class JobNotThere(SlaflowError):
    """No such job, or another's; which of both is not told."""

    code = "job_not_there"

    def __init__(self, job_id: int) -> None:
        super().__init__(
            _("you have no job {job_id}; what came of a job is kept for seven days").format(job_id=job_id)
        )


class JobHasEnded(SlaflowError):
    """Nothing is left to be called off."""

    code = "job_has_ended"

    def __init__(self, job_id: int) -> None:
        super().__init__(_("job {job_id} has ended already; look at what came of it").format(job_id=job_id))


class NoFile(SlaflowError):
    """A job without a file: it made none, has not ended, or a lead was erased and its file ``is_gone``."""

    code = "no_file"

    def __init__(self, job_id: int, why: str, *, is_gone: bool = False) -> None:
        self.is_gone = is_gone
        super().__init__(_("job {job_id} has no file: {why}").format(job_id=job_id, why=why))


class TooManyJobs(SlaflowError):
    """More than one person may have others wait for."""

    code = "too_many_jobs"

    def __init__(self, most: int) -> None:
        super().__init__(
            _("{most} jobs of yours are still to end; wait for one, or call one off").format(most=most)
        )


class UnknownKind(UnknownName):
    """A kind of job that nobody does."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(marked("kind of job"), name, known)


class FileTooLong(SlaflowError):
    """More than a job's file may hold."""

    code = "file_too_long"

    def __init__(self, most: int) -> None:
        super().__init__(
            _(
                "that is more than {what} MB, the most that is kept here; narrow it, or have "
                "'slaflow log export' write it where slaflow runs"
            ).format(what=most // 2**20)
        )
