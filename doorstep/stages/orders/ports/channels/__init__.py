"""Where orders come from besides our own API: one file or folder per sales channel."""

from collections.abc import Mapping

from doorstep.stages.orders.model.shops import ShopKind
from doorstep.stages.orders.ports.channels.amazon import Amazon
from doorstep.stages.orders.ports.channels.port import ConfirmingPort, ShopPort
from doorstep.stages.orders.ports.channels.shopify import Shopify
from doorstep.stages.orders.ports.channels.woocommerce import WooCommerce

CONFIRMING: Mapping[str, ConfirmingPort] = {ShopKind.AMAZON: Amazon()}
"""Of these, the ports to shops that wait for our word."""

PORTS: Mapping[str, ShopPort] = {
    ShopKind.SHOPIFY: Shopify(),
    ShopKind.WOOCOMMERCE: WooCommerce(),
    **CONFIRMING,
}
"""The port of each kind of shop."""
