"""JSON bodies are read once, straight into the type that the handler declares, and strictly: text is no number.

The framework would first build plain dictionaries and then convert them leniently, which costs more than all the rest of a
small request and takes `"12"` for 12.
"""

from functools import cache
from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import ClientException, ValidationException


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON body arrives as what its handler declares."""

    async def json(self) -> Any:
        """Return the body as the handler's type.

        Raises:
            ValidationException: it is JSON of another shape; the edge lists every fault.
            ClientException: it is not JSON.
        """
        field = self.route_handler.parsed_data_field
        if field is None:
            return await super().json()
        try:
            return _decoder(field.annotation).decode(await self.body())
        except msgspec.ValidationError as error:
            raise ValidationException(str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ClientException(
                f"The body is not JSON: {error}. Send application/json in UTF-8."
            ) from error


@cache
def _decoder(wanted: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(wanted)
