"""Charts as plain shapes: what a template draws as SVG, without script and without styles."""

from dataclasses import dataclass

WIDTH, HEIGHT = 720, 200
LABELS = 22  # room below columns
LINE = 30  # height of a bar with its gap
NAMES = 220  # room left of bars


@dataclass(frozen=True)
class Shape:
    """One bar: its box, its label and its value, each with the place where it is written."""

    label: str
    value: float
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self):
        return self.x + self.width / 2

    @property
    def below(self):
        return HEIGHT - 6

    @property
    def above(self):
        return self.y - 5

    @property
    def end(self):
        return self.x + self.width + 8

    @property
    def text_line(self):
        return self.y + self.height / 2 + 5


@dataclass(frozen=True)
class Chart:
    kind: str  # columns or bars
    width: int
    height: int
    shapes: list


def columns(pairs):
    """Upright columns, one for each (label, value): for things in time."""
    most = max((value for _label, value in pairs), default=0) or 1
    room = HEIGHT - LABELS - 20
    step = WIDTH / max(1, len(pairs))
    shapes = []
    for place, (label, value) in enumerate(pairs):
        height = room * value / most
        y = HEIGHT - LABELS - height
        shapes.append(Shape(label, value, place * step + step * 0.16, y, step * 0.68, height))
    return Chart("columns", WIDTH, HEIGHT, shapes)


def bars(pairs):
    """Lying bars, one for each (label, value): for things with names."""
    most = max((value for _label, value in pairs), default=0) or 1
    room = WIDTH - NAMES - 60
    shapes = [
        Shape(label, value, NAMES, place * LINE + 5, room * value / most, LINE - 10)
        for place, (label, value) in enumerate(pairs)
    ]
    return Chart("bars", WIDTH, LINE * len(pairs) or LINE, shapes)
