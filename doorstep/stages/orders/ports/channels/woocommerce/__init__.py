"""WooCommerce: orders in by webhook and by poll, tracking notes, completion and stock out (REST API v3)."""

from doorstep.stages.orders.ports.channels.woocommerce.speaking import WooCommerce

__all__ = ["WooCommerce"]
