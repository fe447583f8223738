"""Show the books of the loads: what was loaded when, what is doubted or left out, and what every word means."""
