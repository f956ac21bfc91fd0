"""A mail server that takes everything: prints its port, then, when told to end, the Message-ID of every mail it took."""

import asyncio
import re
import signal
import sys

MESSAGE_ID = re.compile(rb"^message-id: *<([^>]+)>", re.IGNORECASE | re.MULTILINE)


class Receiving(asyncio.Protocol):
    """One connection."""

    def __init__(self, taken: list[bytes]) -> None:
        self.taken = taken
        self.buffer = b""
        self.in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP server gives nothing else
        self.transport = transport
        transport.write(b"220 receiver\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command, and take every whole mail."""
        self.buffer += data
        while True:
            if self.in_data:
                mail, end, rest = self.buffer.partition(b"\r\n.\r\n")
                if not end:
                    return
                found = MESSAGE_ID.search(mail)
                self.taken.append(found[1] if found else b"none")
                self.buffer, self.in_data = rest, False
                self.transport.write(b"250 taken\r\n")
                continue
            line, end, rest = self.buffer.partition(b"\r\n")
            if not end:
                return
            self.buffer = rest
            self._answer(line[:4].upper())

    def _answer(self, verb: bytes) -> None:
        if verb == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go on\r\n")
        elif verb == b"EHLO":
            self.transport.write(b"250-receiver\r\n250 8BITMIME\r\n")
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 ok\r\n")


async def main() -> None:
    """Take mail until told to end."""
    taken: list[bytes] = []
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: Receiving(taken), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    sys.stdout.buffer.write(b"\n".join(taken))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    asyncio.run(main())
