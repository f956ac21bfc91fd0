"""Catalog: what exists: merchants, products, kits, barcodes, sites, boxes, carriers, vans."""
