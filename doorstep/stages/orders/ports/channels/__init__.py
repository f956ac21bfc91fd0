"""Where orders come from besides our own API: one file or folder per sales channel."""

from collections.abc import Mapping

from doorstep.stages.orders.model.shops import ShopKind
from doorstep.stages.orders.ports.channels.port import ShopPort
from doorstep.stages.orders.ports.channels.shopify import Shopify
from doorstep.stages.orders.ports.channels.woocommerce import WooCommerce

PORTS: Mapping[str, ShopPort] = {ShopKind.SHOPIFY: Shopify(), ShopKind.WOOCOMMERCE: WooCommerce()}
"""The port of each kind of shop."""
