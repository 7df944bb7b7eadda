"""Pictures of what the engine does. Each loads what draws it when it is asked for."""

from importlib import import_module

_ROOMS = {
    "Flow": "runs.flow_history",
    "Live": "runs.live",
    "LiveBoundary": "planes.boundary_picture",
    "WeightPath": "planes.landscape_model",
    "activations": "charts.insides",
    "attention": "charts.insides",
    "boundary": "planes.boundary_picture",
    "broadcast": "charts.broadcasting",
    "calibration": "charts.evaluation",
    "confusion": "charts.evaluation",
    "embedding": "charts.insides",
    "filters": "charts.insides",
    "gradient_flow": "runs.flow",
    "graph": "graphs.picture",
    "images": "charts.image_grid",
    "landscape": "planes.landscape_picture",
    "loss_curve": "runs.curves",
    "nodes": "graphs.nodes",
    "playground": "planes.play_picture",
    "race": "planes.race_picture",
    "roc": "charts.evaluation",
    "steps": "graphs.step_picture",
    "tangent": "planes.tangent",
}

__all__ = [*_ROOMS]


def __getattr__(name):
    if name in _ROOMS:
        return getattr(import_module(f"minidl.viz.{_ROOMS[name]}"), name)
    raise AttributeError(f"minidl.viz has no picture {name!r}; it has {', '.join(__all__)}")


def __dir__():
    return __all__
