"""Show the command-room wall: numbers, map, the worst incidents, the townships."""
