"""How a request that could not be done is told: RFC 9457 problem details, one way for every door."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import structlog
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from doorstep.platform.errors import Fault, Reason, Refused

log = structlog.get_logger()

PROBLEM_TYPE = "application/problem+json"

STATUS = {
    Reason.INVALID: 422,
    Reason.UNKNOWN: 404,
    Reason.UNAVAILABLE: 409,
    Reason.CONFLICT: 409,
    Reason.UNAUTHENTICATED: 401,
    Reason.FORBIDDEN: 403,
    Reason.KEY_REUSED: 422,
    Reason.IN_FLIGHT: 409,
    Reason.TOO_MANY: 429,
    Reason.TOO_LARGE: 413,
    Reason.EXPIRED: 410,
    Reason.OUTSIDE: 502,
}


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """RFC 9457 problem details, with every fault and its JSON pointer."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list["ProblemFault"] = []


class ProblemFault(msgspec.Struct):
    """One fault: where, which, and what to do."""

    pointer: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, as the caller may know it."""

    status: int
    title: str
    detail: str
    faults: Sequence[Fault] = ()
    retry_after_s: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers that go with it."""
        return {} if self.retry_after_s is None else {"retry-after": str(self.retry_after_s)}

    def body(self, instance: str) -> bytes:
        """Return it as JSON; `instance` names the request."""
        problem = Problem(
            type=f"/docs/problems#{self.title}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            instance=instance,
            errors=[ProblemFault(fault.pointer, fault.code, fault.message) for fault in self.faults],
        )
        return msgspec.json.encode(problem)


def instance(request_id: str) -> str:
    """Return the name of a request."""
    return f"urn:request:{request_id}"


def trouble(error: Exception, path: str) -> Trouble:
    """Return what the caller of `path` is told of an error: a refusal in its own words, of a bug only that there was one."""
    if isinstance(error, Refused):
        return Trouble(
            STATUS[error.reason], str(error.reason), error.message, error.faults, error.retry_after_s
        )
    if isinstance(error, OperationalError | PoolTimeout):  # it is away, or others held a row for too long
        log.warning("database_away", path=path, error=type(error).__name__)
        return Trouble(
            503, "busy", "The house cannot answer for a moment. Send the same again.", retry_after_s=1
        )
    log.error("bug", path=path, error=type(error).__name__, exc_info=error)
    return Trouble(
        500,
        "bug",
        "Something broke on our side; nothing was half done. Try again, and tell support the request id.",
    )
