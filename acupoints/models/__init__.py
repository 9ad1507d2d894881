"""What is signed about a point (content.py), and what the nomenclature says of it (standard.py)."""

from .content import Acupoint, AcupointQuerySet, AcupointRevision, Caution, Evidence, cautions_in
from .standard import PointName, PointPair, StandardCaution, StandardPoint

__all__ = [
    "Acupoint",
    "AcupointQuerySet",
    "AcupointRevision",
    "Caution",
    "Evidence",
    "PointName",
    "PointPair",
    "StandardCaution",
    "StandardPoint",
    "cautions_in",
]
