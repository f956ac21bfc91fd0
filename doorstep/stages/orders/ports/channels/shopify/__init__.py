"""Shopify: orders in by webhook and by poll, fulfillments with tracking and inventory levels out (Admin REST API)."""

from doorstep.stages.orders.ports.channels.shopify.speaking import Shopify

__all__ = ["Shopify"]
