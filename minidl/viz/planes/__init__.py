"""Things in the plane: boundaries, loss landscapes, races of optimisers, the playground."""
