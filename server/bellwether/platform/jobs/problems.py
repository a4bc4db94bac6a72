"""What may be wrong with a request about a job."""

from bellwether.platform.problems import Conflict, NotAllowed, Unprocessable


class JobKeyReused(Unprocessable):
    """The same key with another payload."""

    code, title = "job_key_reused", "This key was used for a job with another content: use a new key"


class JobUnfinished(Conflict):
    """Only a job that failed or was cancelled can be retried."""

    code, title = "job_not_retryable", "Only a job that failed or was cancelled can be retried"


class JobNotYours(NotAllowed):
    """Members of a farm see its jobs; the one who asked for the work decides about it."""

    code, title = "job_not_yours", "Only the one who started this job may cancel or retry it"
