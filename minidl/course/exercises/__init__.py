"""The exercises of the course, one file a chapter; the solutions stand in the folder `solutions`."""
