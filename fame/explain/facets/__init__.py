"""What facets, gate, experts and routers do."""
