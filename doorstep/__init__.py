"""Doorstep: order fulfillment from the click on "Order now" to the doorstep and back."""
