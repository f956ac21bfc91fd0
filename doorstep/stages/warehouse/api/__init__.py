"""The floor over JSON: what there is to do, and every act of pickers and packers with the same scans as on their devices."""

from doorstep.stages.warehouse.api import benches, carts, reading

ROUTES = [*reading.ROUTES, *carts.ROUTES, *benches.ROUTES]
