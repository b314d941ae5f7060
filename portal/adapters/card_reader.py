"""Words on a card, seen by rapidocr with the models of its wheel: no network, one thread, one engine in a process."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from portal.ports import CardLine


class RapidReader:
    """A CardReader. The engine is built by the first card: web workers never load it."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._engine: Any = None

    def lines(self, content: bytes) -> tuple[CardLine, ...]:
        """Every run of words on a clean JPEG, top to bottom, with its place and confidence."""
        with self._one_at_a_time:
            self._engine = self._engine or _engine()
            seen = self._engine(content)
        if seen.boxes is None:
            return ()
        lines = [
            CardLine(
                text=text,
                confidence=score,
                left=min(x for x, _ in box),
                top=min(y for _, y in box),
                right=max(x for x, _ in box),
                bottom=max(y for _, y in box),
            )
            for text, score, box in zip(seen.txts, seen.scores, seen.boxes.tolist(), strict=True)
        ]
        return tuple(sorted(lines, key=lambda line: (line.top, line.left)))


def _engine() -> Any:
    """Models are named by path: without one the library would look for newer ones outside."""
    import rapidocr  # 70 MB of models and runtime: only where cards are read

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
