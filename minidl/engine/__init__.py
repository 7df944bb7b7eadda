"""The engine: how a gradient comes to be. README.md beside this file is its map."""
