"""The pictures of the demonstration site, drawn with Pillow alone.

Flat colours, large rounded shapes and a small palette, in the manner of screen prints. Every
picture is the same on every run. Shapes are written as text: "x,y x,y" is a smooth line through
those points ("!" after a point makes it a corner), and "x,y,r x,y,r" is a limb, a line whose
half width is r on the way. A shape is a list of polygons of complex numbers, x + y*1j.
"""

from cmath import phase, pi, rect
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageChops, ImageDraw

HERO, PRODUCT, PORTRAIT = (1600, 900), (900, 900), (480, 480)
OVERSAMPLING = 2

PAPER, CREAM, INK = "#f2e9d8", "#fbf6ec", "#23261f"
JADE, SAGE, CLAY, CINNABAR = "#1f5a4c", "#8fb39a", "#c97b5a", "#a23b2a"
OCHRE, DUSK = "#d9a441", "#6d86a0"
MIST, SAND, PINE, NIGHT = "#c9d6c3", "#e6d3b3", "#17443a", "#2f4357"
# skin and its shade
FAIR, TAN = ("#f0cba6", "#e2b088"), ("#dca27a", "#c88a62")
BROWN, DEEP = ("#b57a54", "#9c6343"), ("#85533a", "#6c402c")

Shape = list[list[complex]]


# --- geometry -----------------------------------------------------------------------------------


def _numbers(text: str) -> list[tuple[list[float], bool]]:
    """The points of a text, each with whether it is a corner."""
    return [
        ([float(part) for part in word.rstrip("!").split(",")], word.endswith("!"))
        for word in text.split()
    ]


def _handle(before: complex, at: complex, after: complex) -> complex:
    """The Bezier handle at a point towards the next (centripetal Catmull-Rom)."""
    a, b = abs(at - before) ** 0.5, abs(after - at) ** 0.5
    if not a:
        return at + (after - at) / 3
    top = a * a * after - b * b * before + (2 * a * a + 3 * a * b + b * b) * at
    return top / (3 * a * (a + b))


def _bezier(p: complex, q: complex, r: complex, s: complex, steps: int) -> list[complex]:
    """Points on a cubic Bezier curve, without its last."""
    places = [step / steps for step in range(steps)]
    return [
        p * (1 - t) ** 3 + 3 * q * t * (1 - t) ** 2 + 3 * r * t * t * (1 - t) + s * t**3
        for t in places
    ]


def curve(text: str, closed: bool = False, steps: int = 14) -> list[complex]:
    """A smooth line through the points of a text."""
    rows = _numbers(text)
    points, corner = [complex(*row[:2]) for row, _ in rows], [sharp for _, sharp in rows]
    count, line = len(points), []
    for i in range(count if closed else count - 1):
        p, s, j = points[i], points[(i + 1) % count], (i + 1) % count
        before = p if corner[i] or (i == 0 and not closed) else points[i - 1]
        last = j == count - 1 and not closed
        after = s if corner[j] or last else points[(j + 1) % count]
        line += _bezier(p, _handle(before, p, s), _handle(after, s, p), s, steps)
    return line if closed else [*line, points[-1]]


def blob(text: str) -> Shape:
    """A smooth closed shape through the points of a text."""
    return [curve(text, closed=True)]


def disc(x: float, y: float, r: float, tall: float = 1, turn: float = 0) -> Shape:
    """A disc, or an oval `tall` times as high as wide, turned by degrees."""
    steps = max(24, int(r / 2))
    spin = rect(1, turn * pi / 180)
    rim = (rect(r, 2 * pi * i / steps) for i in range(steps))
    return [[complex(x, y) + complex(p.real, p.imag * tall) * spin for p in rim]]


def box(left: float, top: float, right: float, bottom: float) -> Shape:
    """A plain rectangle."""
    return [
        [complex(left, top), complex(right, top), complex(right, bottom), complex(left, bottom)]
    ]


def limb(text: str, width: float = 0) -> Shape:
    """A line with round ends, as thick as its points say or `width` throughout."""
    radii = [row[2] if len(row) > 2 else width / 2 for row, _ in _numbers(text)]
    line, shape, steps = curve(text, steps=14), [], 14
    thick = [
        radii[i // steps] * (1 - i % steps / steps)
        + radii[min(i // steps + 1, len(radii) - 1)] * (i % steps / steps)
        for i in range(len(line))
    ]
    for i, (p, r) in enumerate(zip(line, thick, strict=True)):
        shape += disc(p.real, p.imag, r)
        if i:
            q, before = line[i - 1], thick[i - 1]
            side = rect(1, phase(p - q) + pi / 2) if p != q else 0
            shape.append([q + side * before, p + side * r, p - side * r, q - side * before])
    return shape


def hill(text: str, floor: float = 950) -> Shape:
    """The land under a smooth line."""
    line = curve(text)
    return [[*line, complex(line[-1].real, floor), complex(line[0].real, floor)]]


def leaf(x: float, y: float, length: float, turn: float, wide: float = 0.36) -> Shape:
    """A pointed leaf that grows from x, y in a direction of degrees."""
    along = rect(length, turn * pi / 180)
    up, down = 0.45 + 1j * wide, 0.45 - 1j * wide
    half = _bezier(0j, 0.15 + 0.8j * wide, up + 0.25, 1 + 0j, 20)
    back = _bezier(1 + 0j, down + 0.25, 0.15 - 0.8j * wide, 0j, 20)
    return [[complex(x, y) + along * p for p in half + back]]


# --- the sheet ----------------------------------------------------------------------------------


class Sheet:
    """A picture in the making: fills shapes with flat colours, in its own coordinates."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.image = Image.new("RGB", tuple(side * OVERSAMPLING for side in size), PAPER)
        self.origin, self.factor, self.mirror = 0j, complex(OVERSAMPLING), False
        self.mask: Image.Image | None = None

    def _pixels(self, shape: Shape) -> list[list[tuple[float, float]]]:
        return [[(q.real, q.imag) for q in map(self._placed, line)] for line in shape]

    def _placed(self, p: complex) -> complex:
        return self.origin + self.factor * (-p.conjugate() if self.mirror else p)

    def paper(self, colour: str) -> None:
        """Colour the whole sheet."""
        self.image.paste(colour, (0, 0, *self.image.size))

    def fill(self, colour: str, *shapes: Shape, alpha: float = 1) -> None:
        """Fill shapes as one, where asked for with a thin ink that lets what lies under through."""
        lines = self._pixels([line for shape in shapes for line in shape])
        if alpha == 1 and self.mask is None:
            pen = ImageDraw.Draw(self.image)
            for line in lines:
                pen.polygon(line, fill=colour)
            return
        xs, ys = [x for line in lines for x, _ in line], [y for line in lines for _, y in line]
        left, top = max(0, int(min(xs))), max(0, int(min(ys)))
        right = min(self.image.width, int(max(xs)) + 2)
        bottom = min(self.image.height, int(max(ys)) + 2)
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", (right - left, bottom - top))
        pen = ImageDraw.Draw(mask)
        for line in lines:
            pen.polygon([(x - left, y - top) for x, y in line], fill=round(255 * alpha))
        if self.mask is not None:
            mask = ImageChops.multiply(mask, self.mask.crop((left, top, right, bottom)))
        self.image.paste(colour, (left, top, right, bottom), mask)

    @contextmanager
    def inside(self, *shapes: Shape) -> Iterator[None]:
        """Let ink reach only what lies inside the shapes."""
        kept, self.mask = self.mask, Image.new("L", self.image.size)
        pen = ImageDraw.Draw(self.mask)
        for line in self._pixels([line for shape in shapes for line in shape]):
            pen.polygon(line, fill=255)
        yield
        self.mask = kept

    @contextmanager
    def placed(
        self, x: float, y: float, scale: float = 1, turn: float = 0, mirror: bool = False
    ) -> Iterator[None]:
        """Draw with another origin, size, turn in degrees, or left for right."""
        kept = self.origin, self.factor, self.mirror
        self.origin = self._placed(complex(x, y))
        self.factor *= rect(scale, (-turn if self.mirror else turn) * pi / 180)
        self.mirror ^= mirror
        yield
        self.origin, self.factor, self.mirror = kept

    def shaded(self, colours: tuple[str, str], shape: Shape, *shades: Shape) -> None:
        """A body in its colour, with the shades that fall on it."""
        self.fill(colours[0], shape)
        with self.inside(shape):
            self.fill(colours[1], *shades)

    def points(self, text: str, ring: str = CINNABAR, size: float = 1) -> None:
        """Acupoints: a cinnabar dot in a thin ring."""
        for (x, y), _ in _numbers(text):
            rim = disc(x, y, 38 * size)[0]
            self.fill(CREAM, [rim], alpha=0.35)
            inner = disc(x, y, 32 * size)[0]
            self.fill(ring, [[*rim, rim[0], inner[0], *reversed(inner)]])
            self.fill(CINNABAR, disc(x, y, 17 * size))

    def sprig(self, text: str, colours: tuple[str, str], size: float = 120, pairs: int = 4) -> None:
        """A curved stem with leaves on both sides and one at its end."""
        line = curve(text)
        self.fill(colours[0], limb(text, size * 0.06))
        for n in range(pairs + 1):
            i = round((len(line) - 2) * (0.25 + 0.75 * n / pairs))
            p, turn = line[i], phase(line[i + 1] - line[i]) * 180 / pi
            length = size * (1 - 0.35 * n / pairs)
            sides = (0,) if n == pairs else (-48, 48)
            for side in sides:
                colour = colours[side > 0]
                self.fill(colour, leaf(p.real, p.imag, length, turn + side))


# --- parts of pictures --------------------------------------------------------------------------


def bamboo(s: Sheet, x: float, lean: float, wide: float, colour: str) -> None:
    """A bamboo cane from below the lower edge to above the upper."""
    for n in range(5):
        foot, head = complex(x + lean * n, 930 - 210 * n), complex(x + lean * n + lean, 728 - 210 * n)
        waist, half = (foot + head) / 2, wide / 2
        s.fill(
            colour,
            blob(
                f"{foot.real - half},{foot.imag}! {foot.real + half},{foot.imag}! "
                f"{waist.real + half * 0.84},{waist.imag} {head.real + half},{head.imag}! "
                f"{head.real - half},{head.imag}! {waist.real - half * 0.84},{waist.imag}"
            ),
        )


def steam(s: Sheet, x: float, y: float, colour: str, size: float = 1, alpha: float = 1) -> None:
    """A curl of steam that rises from x, y."""
    with s.placed(x, y, size):
        s.fill(colour, limb("0,0,2 -34,-70,11 22,-160,15 -22,-250,11 14,-330,2"), alpha=alpha)


def profile(s: Sheet, skin: tuple[str, str]) -> None:
    """A head from the side that looks left, about 400 high, with its neck; no hair."""
    face = blob(
        "230,2 130,25 66,92 50,150 56,186 30,232 8,264 16,282 42,290! 28,308 32,322 46,326! "
        "34,338 38,354 46,362 40,384 54,410 92,420 150,412 176,440 180,500 168,620! 352,620! "
        "340,520 340,420 382,320 402,220 390,110 320,30"
    )
    s.shaded(skin, face, blob("110,428 170,405 226,350 232,420 250,480 300,560 300,640 120,640 150,470"))
    s.fill(skin[1], disc(242, 262, 30, 1.35, 10))
    s.fill(skin[0], disc(238, 258, 20, 1.4, 10))
    s.fill(INK, limb("84,206,2 98,214,5 118,212,5 132,203,2"))
    s.fill(INK, limb("76,160,3 104,146,7 138,156,3"))


# --- pictures for articles ----------------------------------------------------------------------


def knee(s: Sheet) -> None:
    """A raised knee, a hill among hills, before the sun."""
    s.paper(PAPER)
    s.fill(OCHRE, disc(880, 330, 285))
    s.fill(MIST, hill("-60,600 200,480 520,560 800,640 1200,480 1480,520 1700,470"))
    s.fill(SAGE, hill("-60,760 300,700 800,745 1250,700 1700,770"))
    leg = limb("845,300,118 985,300,100 1010,480,118 1085,690,66 1100,800,58")
    foot = blob("1050,760 1045,850! 1400,850! 1395,815 1330,790 1210,745 1150,700 1090,690")
    thigh = limb("120,800,250 500,520,190 900,268,112")
    s.fill(FAIR[1], leg, foot)
    s.fill(FAIR[0], thigh)
    s.points("930,420 1010,330 1040,500")


def head(s: Sheet) -> None:
    """A quiet head from the side, the points at temple and nape."""
    s.paper(SAND)
    s.fill(CLAY, disc(800, 430, 370))
    s.fill(OCHRE, disc(1120, 250, 150), alpha=0.8)
    with s.placed(560, 130, 1.25):
        s.fill(JADE, blob("-140,640 0,560 150,500 340,490 480,560 600,640! -140,640!"))
        profile(s, TAN)
        s.fill(INK, blob("70,110 140,120 200,170 222,225 250,225 280,270 290,350 350,400 420,260 400,90 300,-10 180,-10"))
        s.fill(INK, disc(420, 60, 80))
        s.points("165,215 320,430", size=0.8)


def wrist(s: Sheet) -> None:
    """A forearm and an open palm, the point three fingers above the crease."""
    s.paper("#b9c6cf")
    s.fill(CREAM, disc(1010, 450, 330))
    s.fill(DUSK, hill("-60,760 400,650 900,760 1300,700 1700,760"))
    fingers = (
        limb("960,410,50 1120,385,42 1290,372,33"),
        limb("980,470,50 1180,462,43 1360,458,34"),
        limb("980,540,50 1160,545,42 1325,552,33"),
        limb("960,600,46 1090,622,37 1220,640,29"),
    )
    palm = blob("690,400 800,385 900,372 1000,380 1040,450 1045,540 1010,630 900,645 790,620 690,590")
    thumb = limb("810,440,66 930,340,50 1050,262,40 1090,235,34")
    arm = limb("-80,530,160 380,510,130 700,495,96 800,495,100")
    s.fill(FAIR[1], *fingers)
    s.fill(FAIR[0], arm, palm, thumb, *fingers)
    s.fill(JADE, blob("-60,330! 330,340! 350,520 330,690! -60,730!"))
    s.points("520,500")


MOTIFS: dict[str, Callable[[Sheet], None]] = {"knee": knee, "head": head, "wrist": wrist}


def draw(motif: str) -> Image.Image:
    """The picture of a motif; KeyError for a name that is none."""
    picture = MOTIFS[motif]
    if motif.startswith("portrait"):
        size = PORTRAIT
    else:
        size = PRODUCT if motif in {"mat", "ball"} else HERO
    sheet = Sheet(size)
    picture(sheet)
    return sheet.image.resize(size, Image.Resampling.LANCZOS)
