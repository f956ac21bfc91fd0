"""Amazon: shipments in by poll, confirmation, packages with tracking, and stock out (SP-API, External Fulfillment 2024-09-11)."""

from doorstep.stages.orders.ports.channels.amazon.speaking import Amazon

__all__ = ["Amazon"]
