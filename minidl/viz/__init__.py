"""Pictures of what the engine does. Each loads what draws it when it is asked for."""

from importlib import import_module

_ROOMS = {
    "Flow": "flow_history",
    "Live": "live",
    "LiveBoundary": "boundary_picture",
    "WeightPath": "landscape_model",
    "activations": "insides",
    "attention": "insides",
    "boundary": "boundary_picture",
    "broadcast": "broadcasting",
    "calibration": "evaluation",
    "confusion": "evaluation",
    "embedding": "insides",
    "filters": "insides",
    "gradient_flow": "flow",
    "graph": "graph_picture",
    "images": "image_grid",
    "landscape": "landscape_picture",
    "loss_curve": "curves",
    "playground": "play_picture",
    "race": "race_picture",
    "roc": "evaluation",
    "steps": "step_picture",
}

__all__ = [*_ROOMS]


def __getattr__(name):
    if name in _ROOMS:
        return getattr(import_module(f"minidl.viz.{_ROOMS[name]}"), name)
    raise AttributeError(f"minidl.viz has no picture {name!r}; it has {', '.join(__all__)}")
