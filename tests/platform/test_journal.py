"""The one door: states move, history is written and work is owed in one statement."""

from uuid import UUID

import pytest
from psycopg import errors

from doorstep.platform.house import House


async def test_a_transaction_without_a_tenant_is_an_error_not_an_empty_answer(
    house: House, tenant: UUID
) -> None:
    async with house.db.pool.connection() as connection:
        with pytest.raises(errors.Error):
            await connection.execute("SELECT * FROM platform.users")
