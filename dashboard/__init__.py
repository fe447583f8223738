"""Show the picture: Dash pages that parse, ask and answer; no SQL and no law of their own."""
