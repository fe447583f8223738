"""Open the HTTP doors: FastAPI routes for geometry, questions, routes and health; parse, ask, answer."""
