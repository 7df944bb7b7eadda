"""Pictures of what the engine does. Each loads what draws it when it is asked for."""

from importlib import import_module

_ROOMS = {
    "Flow": "runs.flow",
    "Live": "runs.live_picture",
    "LiveBoundary": "planes.boundary_picture",
    "LiveEmbedding": "charts.live_embedding_picture",
    "LiveMask": "charts.masks_picture",
    "WeightPath": "planes.landscape",
    "activations": "charts.activations_picture",
    "alignment": "charts.alignment_picture",
    "attention": "charts.attention_picture",
    "augmentations": "charts.augmentations_picture",
    "boundary": "planes.boundary_picture",
    "boxes": "charts.boxes_picture",
    "broadcast": "charts.broadcast_picture",
    "calibration": "charts.evaluation_picture",
    "confusion": "charts.evaluation_picture",
    "copying": "charts.copying_picture",
    "denoise": "charts.denoise_picture",
    "embedding": "charts.embedding_picture",
    "feature_maps": "charts.feature_maps_picture",
    "filters": "charts.filters_picture",
    "flame": "runs.flame_picture",
    "gradient_flow": "runs.flow_picture",
    "graph": "graphs.graph_picture",
    "heat_map": "charts.heat_map_picture",
    "images": "charts.images_picture",
    "landscape": "planes.landscape_picture",
    "loss_curve": "runs.curves_picture",
    "masks": "charts.masks_picture",
    "next_token": "charts.next_token_picture",
    "nodes": "graphs.nodes_picture",
    "perturbation": "charts.perturbation_picture",
    "playground": "planes.play_picture",
    "precision_recall": "charts.evaluation_picture",
    "race": "planes.race_picture",
    "receptive_field": "charts.receptive_field_picture",
    "recorder": "charts.recorder_picture",
    "roc": "charts.evaluation_picture",
    "roofline": "charts.roofline_picture",
    "saliency": "charts.saliency_picture",
    "sketchpad": "charts.sketchpad_picture",
    "spectrogram": "charts.sound_picture",
    "steps": "graphs.steps_picture",
    "tangent": "planes.tangent_picture",
    "through_time": "runs.through_time_picture",
    "trade_off": "charts.trade_off_picture",
    "trials": "charts.trials_picture",
    "waveform": "charts.sound_picture",
    "words": "charts.words_picture",
}

__all__ = [*_ROOMS]


def __getattr__(name):
    if name in _ROOMS:
        return getattr(import_module(f"minidl.viz.{_ROOMS[name]}"), name)
    raise AttributeError(f"minidl.viz has no picture {name!r}; it has {', '.join(__all__)}")


def __dir__():
    return __all__
