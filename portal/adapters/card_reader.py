"""Words on a card, seen by rapidocr with the models of its wheel: no network, one thread, one engine in a process."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from portal.card_ports import CardLine


class RapidReader:
    """A CardReader. The engine is built by the first card: web workers never load it."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._engine: Any = None

    def lines(self, content: bytes) -> tuple[CardLine, ...]:
        """Every run of words on a clean JPEG, top to bottom, with its place and confidence."""
        # A library of 60 MB, wanted only where cards are read.
        from portal.adapters import card_boxes

        with self._one_at_a_time:
            self._engine = self._engine or _engine()
            return card_boxes.lines(_Seen(self._engine), content)


class _Seen:
    """The three questions that we ask the engine."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def boxes(self, picture: Any) -> Any:
        """Corners of every run of words, n x 4 x 2, or None."""
        return self._engine(picture, use_det=True, use_cls=False, use_rec=False).boxes

    def upside_down(self, strip: Any) -> tuple[bool, float]:
        """Does the strip stand on its head, and how sure is that?"""
        seen = self._engine(strip, use_det=False, use_cls=True, use_rec=False)
        label, score = seen.cls_res[0]
        return label == "180", score

    def words(self, strip: Any) -> tuple[str, float]:
        """The words of one strip; empty words when there are none."""
        seen = self._engine(strip, use_det=False, use_cls=False, use_rec=True)
        return (seen.txts[0], seen.scores[0]) if seen.txts else ("", 0.0)


def _engine() -> Any:
    """Models are named by path: without one the library would look for newer ones outside."""
    import rapidocr  # models and runtime of 100 MB: only where cards are read

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
            "Cls.model_path": str(models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
            "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
        }
    )
