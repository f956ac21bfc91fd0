"""Whether mail domains take mail, as the domain name system says: asked with a deadline, remembered for a while.

A domain takes no mail when it is not there, when it has neither MX nor address records (RFC 5321, 5.1), or when it says so itself by
an MX without a name (RFC 7505). Whoever gets no answer knows nothing: that is never said of a domain.
"""

import asyncio
import time
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

import structlog
from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.name import root
from dns.nameserver import Do53Nameserver
from dns.resolver import NXDOMAIN, NoAnswer

from doorstep.platform.addresses import name_servers

log = structlog.get_logger()
ASKED_S = 4.0
"""So long a domain may be asked for, all its records together."""

KNOWN_MAX = 10_000


class Mail(StrEnum):
    """What is known of a domain."""

    TAKEN = "taken"
    DEAD = "dead"
    UNKNOWN = "unknown"


KEPT_S = {Mail.TAKEN: 3600.0, Mail.DEAD: 300.0, Mail.UNKNOWN: 30.0}
"""So long an answer is believed: one that holds orders for less, since its owner mends it; a failure only until the next try."""


class MailDomains:
    """Knows which domains take mail.

    Args:
        servers: as `DOORSTEP_DNS` names them; empty: the system's.
    """

    def __init__(self, servers: str) -> None:
        self._servers = name_servers(servers)
        self._known: dict[str, tuple[Mail, float]] = {}

    async def dead(self, domains: Iterable[str]) -> set[str]:
        """Return those of some domains that certainly take no mail; all are asked at once."""
        asked = list(dict.fromkeys(domains))
        answers = await asyncio.gather(*(self._ask(one) for one in asked))
        return {one for one, answer in zip(asked, answers, strict=True) if answer is Mail.DEAD}

    async def _ask(self, domain: str) -> Mail:
        answer, until = self._known.get(domain, (Mail.UNKNOWN, 0.0))
        if time.monotonic() < until:
            return answer
        try:
            async with asyncio.timeout(ASKED_S):
                answer = await self._look_up(f"{domain}.")
        except (DNSException, OSError, TimeoutError, ValueError) as error:
            log.warning("mail_domain_not_known", kind=type(error).__name__)
            answer = Mail.UNKNOWN
        self._keep(domain, answer)
        return answer

    def _keep(self, domain: str, answer: Mail) -> None:
        self._known.pop(domain, None)
        while len(self._known) >= KNOWN_MAX:
            del self._known[next(iter(self._known))]
        self._known[domain] = (answer, time.monotonic() + KEPT_S[answer])

    async def _look_up(self, name: str) -> Mail:
        resolver = self._resolver()
        try:
            found = await resolver.resolve(name, "MX")
        except NXDOMAIN:
            return Mail.DEAD
        except NoAnswer:
            has_address = [await self._has(resolver, name, kind) for kind in ("A", "AAAA")]
            return Mail.TAKEN if any(has_address) else Mail.DEAD
        return Mail.TAKEN if any(one.exchange != root for one in found) else Mail.DEAD

    def _resolver(self) -> Resolver:
        resolver = Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers = [Do53Nameserver(*one) for one in self._servers]
        resolver.lifetime = ASKED_S
        return resolver

    async def _has(self, resolver: Resolver, name: str, kind: str) -> bool:
        try:
            await resolver.resolve(name, kind)
        except (NXDOMAIN, NoAnswer):
            return False
        return True


@lru_cache(maxsize=8)
def mail_domains(servers: str) -> MailDomains:
    """Return what a process knows by some name servers."""
    return MailDomains(servers)
