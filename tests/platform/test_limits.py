"""Who asks too often is told when to come back; others are not held up."""

from uuid import uuid4

import pytest

from doorstep.platform.errors import Reason, Refused
from doorstep.platform.limits import Limiter


def test_a_caller_may_burst_a_tenth_and_is_then_told_when_to_come_back() -> None:
    limiter, tenant = Limiter(per_minute=100), uuid4()
    for _ in range(10):
        limiter.take("key:shop", tenant)
    with pytest.raises(Refused) as refused:
        limiter.take("key:shop", tenant)
    assert refused.value.reason is Reason.TOO_MANY
    assert refused.value.retry_after_s == 1


def test_one_caller_does_not_use_up_anothers_share() -> None:
    limiter, tenant = Limiter(per_minute=10), uuid4()
    limiter.take("key:shop", tenant)
    limiter.take("key:other", tenant)
    limiter.take("key:shop", uuid4())
    with pytest.raises(Refused):
        limiter.take("key:shop", tenant)
