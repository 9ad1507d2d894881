"""The pictures of the demonstration site, drawn with Pillow alone.

Flat colours, large rounded shapes and a small palette, in the manner of screen prints. Every
picture is the same on every run. Shapes are written as text: "x,y x,y" is a smooth line through
those points ("!" after a point makes it a corner), and "x,y,r x,y,r" is a limb, a line whose
half width is r on the way. A shape is a list of polygons of complex numbers, x + y*1j.
"""

from cmath import phase, pi, rect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import cos, sin

from PIL import Image, ImageChops, ImageDraw

HERO, PRODUCT, PORTRAIT = (1600, 900), (900, 900), (480, 480)
OVERSAMPLING = 3

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


def curve(text: str, closed: bool = False, steps: int = 24) -> list[complex]:
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
    steps = 24 + int(r)
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


def leaf(x: float, y: float, length: float, turn: float, wide: float = 0.28) -> Shape:
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

    def blob(self, colour: str, text: str) -> None:
        """A smooth closed shape."""
        self.fill(colour, blob(text))

    def limb(self, colour: str, text: str, width: float = 0) -> None:
        """A line with round ends."""
        self.fill(colour, limb(text, width))

    def hill(self, colour: str, text: str, alpha: float = 1) -> None:
        """Land down to the lower edge."""
        self.fill(colour, hill(text), alpha=alpha)

    def disc(self, colour: str, x: float, y: float, r: float, *shape: float) -> None:
        """A disc or an oval."""
        self.fill(colour, disc(x, y, r, *shape))

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

    def points(self, text: str, size: float = 1) -> None:
        """Acupoints: a cinnabar dot in a thin ring."""
        for (x, y), _ in _numbers(text):
            for colour, r in ((CREAM, 38), (CINNABAR, 35), (CREAM, 30), (CINNABAR, 16)):
                self.fill(colour, disc(x, y, r * size))

    def sprig(self, text: str, colours: tuple[str, str], size: float = 120, pairs: int = 4) -> None:
        """A curved stem with leaves on both sides and one at its end."""
        line = curve(text)
        self.fill(colours[0], limb(text, size * 0.06))
        for n in range(pairs + 1):
            i = round((len(line) - 2) * (0.2 + 0.8 * n / pairs))
            p, turn = line[i], phase(line[i + 1] - line[i]) * 180 / pi
            length = size * (1 - 0.4 * n / pairs)
            for side in (0,) if n == pairs else (-52, 52):
                self.fill(colours[side > 0], leaf(p.real, p.imag, length, turn + side))


# --- parts of pictures --------------------------------------------------------------------------


def bamboo(s: Sheet, x: float, wide: float, colour: str) -> None:
    """A bamboo cane as high as the sheet."""
    for y in range(-93, 720, 210):
        s.fill(colour, box(x - wide / 2, y, x + wide / 2, y + 198))
        s.limb(colour, f"{x - wide / 2},{y + 6} {x + wide / 2},{y + 6}", 13)
        s.limb(colour, f"{x - wide / 2},{y + 192} {x + wide / 2},{y + 192}", 13)


def profile(s: Sheet, skin: tuple[str, str]) -> None:
    """A head from the side that looks left, about 400 high, with its neck; no hair."""
    face = blob(
        "230,2 130,25 66,92 50,150 56,186 30,232 8,264 16,282 42,290! 28,308 32,322 46,326! "
        "34,338 38,354 46,362 40,384 54,410 92,420 150,412 176,440 180,500 168,620! 352,620! "
        "340,520 340,420 382,320 402,220 390,110 320,30"
    )
    s.shaded(
        skin, face, blob("110,428 170,405 226,350 232,420 250,480 300,560 300,640 120,640 150,470")
    )
    s.disc(skin[1], 242, 262, 30, 1.35, 10)
    s.disc(skin[0], 238, 258, 20, 1.4, 10)
    s.limb(INK, "84,206,2 98,214,5 118,212,5 132,203,2")
    s.limb(INK, "76,160,3 104,146,7 138,156,3")


def coat(s: Sheet, colour: str, dark: str) -> None:
    """Shoulders and a standing collar, for a profile."""
    s.blob(colour, "-160,660! -20,580 120,545 250,520 370,510 500,560 640,660!")
    s.blob(dark, "162,500! 250,528 350,470! 374,540 270,600 140,566!")


def walker(s: Sheet) -> None:
    """Somebody who walks to the right, about 380 high, feet at 0."""
    s.fill(NIGHT, limb("-8,-160,30 -22,-84,22 -80,-24,14"), limb("-92,-24,11 -70,-6,10"))
    s.fill(NIGHT, limb("8,-160,32 46,-86,23 58,-14,15"), limb("58,-8,12 92,-4,10"))
    s.limb(INK, "104,-250,5 124,0,5")
    s.blob(CINNABAR, "-28,-318! 34,-314 56,-240 66,-130! -62,-136! -54,-240")
    s.limb("#842c1f", "6,-282,20 34,-218,17 92,-214,13")
    s.disc(TAN[0], 106, -216, 14)
    s.fill(OCHRE, limb("-16,-312,15 22,-310,15"), leaf(-16, -312, 110, 160, 0.2))
    s.disc(TAN[0], 14, -352, 34, 1.1)
    s.blob(INK, "36,-384 0,-398 -34,-376 -34,-336 -14,-322 -8,-352 20,-366")


def spiky(s: Sheet, x: float, y: float, r: float, colours: tuple[str, str]) -> None:
    """A massage ball with knobs, spread over it as seeds are in a sunflower."""
    count, golden = 130, pi * (3 - 5**0.5)
    ball, knobs = disc(x, y, r), []
    for n in range(count):
        height = 1 - 2 * (n + 0.5) / count
        side = (1 - height * height) ** 0.5
        if sin(n * golden) > -0.1:
            knobs.append(complex(x + r * side * cos(n * golden), y + r * height))
    for knob in knobs:
        s.disc(colours[1], knob.real, knob.imag, r * 0.085)
    s.shaded(colours[::-1], ball, disc(x - r * 0.24, y - r * 0.24, r * 1.04))
    for knob in knobs:
        s.disc(colours[1], knob.real, knob.imag, r * 0.085)
        s.disc(colours[0], knob.real - r * 0.02, knob.imag - r * 0.025, r * 0.06)


# --- pictures for articles ----------------------------------------------------------------------


def knee(s: Sheet) -> None:
    """A raised knee, a hill among hills, before the sun."""
    s.paper(PAPER)
    s.disc(OCHRE, 1000, 330, 270)
    s.hill(MIST, "-60,560 200,430 520,560 800,600 1200,470 1480,540 1700,450")
    s.hill(SAGE, "-60,800 300,740 800,790 1250,770 1700,830")
    s.sprig("1500,960 1480,780 1400,560", (JADE, PINE), 120)
    leg = blob(
        "-60,520! 180,440 480,320 760,205 880,160 975,175 1025,245 1038,330 1075,450 1120,610 "
        "1155,720 1230,785 1360,825 1402,856 1380,884! 1050,884! 1020,850 1040,770 1020,690 "
        "935,570 880,450 858,388! 700,505 480,680 300,860 200,960! -60,960!"
    )
    s.shaded(
        FAIR,
        leg,
        blob("700,505! 852,370! 862,395 930,510 1030,640 1075,760 1055,884! 980,884! 820,600"),
        blob("-60,760 300,620 560,490 800,380 900,330 860,420 600,640 200,1000 -60,1000"),
    )
    s.limb(FAIR[1], "930,215,2 985,240,6 1000,300,6 972,345,2")
    s.blob(JADE, "-60,490! 130,440 300,375! 400,470 430,600 430,740! 220,980! -60,980!")
    s.limb(PINE, "290,400,4 382,490,5 408,600,5 402,740,4")
    s.points("908,236 988,385 1020,510")


def top_knot(s: Sheet) -> None:
    """Hair for a profile: combed back into a bun."""
    s.disc(INK, 420, 60, 80)
    s.blob(
        INK,
        "70,110 140,120 200,170 222,225 250,225 280,270 290,350 350,400 420,260 400,90 "
        "300,-10 180,-10",
    )


def head(s: Sheet) -> None:
    """A quiet head from the side, the points at temple and nape."""
    s.paper(SAND)
    s.disc(CLAY, 760, 440, 370)
    s.fill(OCHRE, disc(1150, 300, 170), alpha=0.75)
    s.sprig("190,960 220,760 330,520", (SAGE, JADE), 160)
    s.sprig("1440,960 1410,800 1310,620", (JADE, SAGE), 140)
    with s.placed(540, 130, 1.28):
        profile(s, TAN)
        coat(s, JADE, PINE)
        top_knot(s)
        s.points("168,222 326,426", size=0.8)


PALM = (
    "0,-88 90,-94 160,-150 255,-232 322,-270 352,-272 366,-250 352,-210 302,-148 256,-100! "
    "330,-112 450,-132 552,-145 586,-134 592,-106 568,-86 450,-66 352,-52! 480,-58 605,-60 638,-42 "
    "638,-12 606,2 480,10 356,16! 465,28 565,40 595,58 594,88 562,102 450,94 344,80! 420,106 "
    "488,132 512,156 502,184 472,190 390,174 300,152 200,136 100,108 0,86 -60,84! -60,-84!"
)


def wrist(s: Sheet) -> None:
    """A forearm and an open palm, the point three fingers above the crease."""
    s.paper("#bccad0")
    s.disc(CREAM, 1060, 430, 320)
    s.hill(DUSK, "-60,720 300,640 800,760 1300,680 1700,740")
    s.hill(NIGHT, "-60,860 400,790 900,850 1300,800 1700,860", alpha=0.5)
    arm = blob(
        "-60,300! 300,335 600,382 740,388 800,387! 800,563! 740,564 600,574 300,640 -60,690!"
    )
    with s.placed(790, 476):
        palm = blob(PALM)
        s.shaded(BROWN, palm, blob("-60,60 60,50 160,40 260,80 300,200 0,200 -100,120"))
        s.limb(BROWN[1], "180,-110,2 150,-40,5 190,40,5 210,90,2")
        s.limb(BROWN[1], "322,-50,2 250,-20,5 225,-70,2")
    s.shaded(BROWN, arm, blob("-60,600 300,560 600,535 800,530! 800,600! 300,700 -60,700"))
    s.limb(BROWN[1], "792,396,2 782,470,6 792,532,2")
    s.fill(BROWN[1], limb("380,462,2 560,470,5 740,470,2"), limb("380,505,2 560,505,5 740,496,2"))
    s.blob(JADE, "-60,270! 310,312! 334,480 310,664! -60,720!")
    s.limb(PINE, "268,330,4 290,480,5 268,650,4")
    s.points("560,486")


def sleep(s: Sheet) -> None:
    """A sleeper under a quilt of hills, the moon above."""
    s.paper(NIGHT)
    halo = "#3d566d"
    s.disc(halo, 470, 250, 260)
    s.disc(CREAM, 470, 250, 150)
    s.disc(halo, 530, 215, 130)
    for x, y, r in ((150, 130, 7), (800, 110, 8), (1010, 220, 6), (1330, 120, 8), (1480, 300, 6)):
        s.disc(OCHRE, x, y, r)
    s.hill(DUSK, "-60,560 200,470 500,520 900,560 1300,470 1700,540")
    s.blob(CREAM, "880,700 960,600 1200,590 1450,560 1580,640 1600,800 1480,880 1000,900")
    with s.placed(1390, 350, 0.92, 84):
        profile(s, FAIR)
        s.blob(
            INK,
            "128,24 142,100 190,170 226,232 256,226 280,270 290,350 350,420 440,400 480,250 "
            "440,80 320,-20 200,-30",
        )
        s.points("92,112", size=0.75)
    s.hill(
        CLAY, "-60,560 250,450 560,540 800,560 960,540 1035,600 1075,700 1180,790 1400,850 1700,900"
    )
    s.hill(JADE, "-60,720 200,640 520,680 800,790 1100,830 1700,850")
    s.hill(SAGE, "-60,830 300,800 700,880 1000,960")


def neck(s: Sheet) -> None:
    """Head and shoulders from behind."""
    s.paper("#dfe5d6")
    s.disc(SAGE, 800, 420, 370)
    s.sprig("230,960 260,700 410,430", (JADE, PINE), 160)
    s.sprig("1370,960 1340,700 1190,430", (PINE, JADE), 160)
    body = blob(
        "706,300! 894,300! 890,470 930,545 1090,610 1230,680 1300,820 1320,960! 280,960! 300,820 "
        "370,680 510,610 670,545 710,470"
    )
    s.shaded(
        DEEP,
        body,
        blob("690,300! 910,300! 892,440 800,500 708,440"),
        limb("800,520,3 800,640,7 800,800,3"),
    )
    s.blob(CLAY, "230,980! 270,800 350,690! 560,730 800,820 1040,730 1250,690! 1330,800 1370,980!")
    s.fill(DEEP[0], disc(628, 310, 30, 1.4), disc(972, 310, 30, 1.4))
    s.fill(
        INK,
        blob("800,110 920,140 978,250 960,360 890,440 800,425 710,440 640,360 622,250 680,140"),
        disc(800, 112, 84),
    )
    s.limb(CINNABAR, "690,150,6 800,110,6 920,60,9")
    s.points("738,472 862,472 560,640 1040,640")


SOLE = (
    "118,610 50,575 34,480 52,380 30,280 16,180 50,104 130,82 215,92 252,150 242,240 196,340 "
    "182,430 198,510 182,580"
)
TOES = ((214, 40, 46), (138, 22, 31), (82, 38, 27), (38, 68, 24), (4, 110, 21))


def feet(s: Sheet) -> None:
    """Two soles between stacks of pebbles."""
    s.paper("#e9c9b1")
    s.disc(SAGE, 800, 450, 390)
    s.hill("#dca284", "-60,800 400,770 1200,770 1700,800")
    for x, y, r, colour in (
        (230, 800, 170, JADE),
        (250, 655, 120, DUSK),
        (225, 548, 80, CREAM),
        (1390, 805, 160, INK),
        (1375, 670, 110, OCHRE),
        (1400, 572, 72, CINNABAR),
    ):
        s.disc(colour, x, y, r, 0.5)
    for mirror in (False, True):
        with s.placed(800, 120, 1.12, mirror=mirror), s.placed(-310, 0):
            toes = [oval for x, y, r in TOES for oval in disc(x, y, r, 1.25)]
            s.fill(FAIR[0], blob(SOLE), toes)
            s.disc(FAIR[1], 116, 528, 50, 1.15)
            s.blob(FAIR[1], "50,180 80,130 140,112 210,125 228,180 200,240 130,225 70,250")
            s.points("130,236", size=0.9)


def nose(s: Sheet) -> None:
    """A face from the front, half in shade, with the points beside the nose."""
    s.paper(CLAY)
    s.disc(SAND, 800, 430, 400)
    s.blob(
        INK,
        "800,40 1000,90 1100,260 1112,500 1150,760 1110,960! 490,960! 450,760 488,500 "
        "500,260 600,90",
    )
    s.limb(DEEP[0], "800,640,110 800,1000,120")
    s.blob(JADE, "380,960! 500,860 690,800 800,880 910,800 1100,860 1220,960!")
    face = blob(
        "800,110 940,140 1010,260 1015,420 985,560 905,690 800,745 695,690 615,560 585,420 "
        "590,260 660,140"
    )
    shade = blob(
        "800,60! 1100,60! 1100,800! 800,800! 800,680! 812,650 800,622! 800,580 802,566! 770,560 "
        "744,536 758,490 790,400 806,320 800,200"
    )
    s.shaded(BROWN, face, shade)
    for side in (-1, 1):
        x = 800 + side * 112
        s.limb(INK, f"{x - 60},380,3 {x},402,7 {x + 60},380,3")
        s.limb(INK, f"{x - side * 70},318,6 {x},292,9 {x + side * 70},312,3")
        with s.placed(800, 0, mirror=side > 0):
            s.blob(INK, "0,50! 0,130! -110,190 -190,320 -212,470 -222,600! -290,500 -230,140")
    s.blob(CINNABAR, "730,640! 775,622 800,630 825,622 870,640! 835,672 800,678 765,672")
    s.sprig("60,960 170,770 350,600", (JADE, PINE), 170)
    s.sprig("1540,960 1430,770 1250,600", (PINE, JADE), 170)
    s.points("702,548 898,548")


def back(s: Sheet) -> None:
    """Someone who sits at ease, from behind, before hills."""
    s.paper("#d5dcd9")
    s.disc(OCHRE, 800, 380, 300)
    s.hill("#9fb1c0", "-60,520 200,400 480,520 760,600 1080,480 1350,390 1700,520")
    s.hill(SAGE, "-60,700 300,610 800,690 1300,600 1700,690")
    s.hill(JADE, "-60,850 500,800 1100,800 1700,850")
    with s.placed(48, 62, 0.94):
        s.blob(
            NIGHT,
            "800,720 980,730 1180,750 1280,815 1200,880 800,895 400,880 320,815 420,750 620,730",
        )
        arms = [
            *limb("615,345,54 562,480,44 520,620,36 440,758,27 415,772,26"),
            *limb("985,345,54 1038,480,44 1080,620,36 1160,758,27 1185,772,26"),
        ]
        torso = blob(
            "755,180! 845,180! 850,240 890,275 985,292 1030,330 1010,430 975,510 940,600 955,700 "
            "980,800! 620,800! 645,700 660,600 625,510 590,430 570,330 615,292 710,275 750,240"
        )
        s.shaded(
            TAN,
            [*torso, *arms],
            limb("800,270,3 796,450,8 800,740,3"),
            blob("755,170! 845,170! 848,225 800,255 752,225"),
            limb("655,400,2 668,470,5 700,500,2"),
            limb("945,400,2 932,470,5 900,500,2"),
        )
        s.blob(NIGHT, "615,735! 720,758 800,763 880,758 985,735! 1010,860! 590,860!")
        s.fill(
            "#3d566d",
            limb("640,800,2 500,850,5 380,845,2"),
            limb("960,800,2 1100,850,5 1220,845,2"),
        )
        s.fill(INK, disc(800, 140, 90, 1.12), disc(800, 40, 48))
        s.points("725,655 875,655 725,560 875,560")


def breath(s: Sheet) -> None:
    """A breath that flows out as wind with leaves."""
    s.paper("#c6d3cd")
    s.disc(CREAM, 500, 420, 360)
    s.hill(SAGE, "-60,800 400,740 900,800 1300,730 1700,790")
    with s.placed(790, 130, 1.28, mirror=True):
        profile(s, DEEP)
        coat(s, CINNABAR, "#842c1f")
        s.blob(
            INK,
            "62,120 150,100 214,150 226,215 256,215 286,270 300,350 360,370 412,220 390,80 "
            "300,-10 170,-20 80,50",
        )
        s.points("92,284", size=0.7)
    for text in (
        "830,485,2 980,470,7 1130,405,10 1290,375,10 1400,345,9 1440,290,8 1410,235,7 1350,225,6 "
        "1310,265,5 1335,300,3",
        "840,515,2 1040,530,9 1250,480,11 1440,480,10 1640,430,8",
        "830,545,2 1000,590,7 1160,600,10 1310,590,10 1420,620,9 1455,675,8 1420,725,7 1360,725,6 "
        "1330,685,5 1355,655,3",
    ):
        s.limb(JADE, text)
    for x, y, turn, colour in (
        (1130, 330, -20, CLAY),
        (1490, 390, 20, OCHRE),
        (1160, 540, 10, JADE),
        (1500, 560, -30, CLAY),
        (1070, 660, 24, OCHRE),
    ):
        s.fill(colour, leaf(x, y, 100, turn))


def hands(s: Sheet) -> None:
    """Two hands around the sun, with the point between thumb and forefinger."""
    s.paper("#ecd9bd")
    s.disc(OCHRE, 800, 360, 250)
    s.hill(SAGE, "-60,740 300,640 800,760 1300,640 1700,740", alpha=0.8)
    for mirror in (False, True):
        with s.placed(800, 0, mirror=mirror), s.placed(335, 690, 0.98, -100):
            hand = [*blob(PALM), *limb("-200,0,84 -40,0,84")]
            s.shaded(TAN, hand, blob("-260,40! -60,50 200,100 500,170 500,260 -260,260!"))
            s.blob(JADE, "-90,-125! -70,0 -90,125! -400,190! -400,-190!")
            s.limb(PINE, "-122,-115,4 -104,0,5 -122,115,4")
            s.points("222,-82", size=0.95)


def tea(s: Sheet) -> None:
    """A cup of tea, steam and leaves."""
    s.paper("#dda283")
    s.disc(OCHRE, 800, 370, 300)
    bamboo(s, 130, 66, SAGE)
    bamboo(s, 235, 46, SAGE)
    for y, length, turn in ((318, 210, 18), (322, 180, 46), (528, 170, 30), (108, 190, 34)):
        s.fill(SAGE, leaf(248, y, length, turn, 0.16))
    s.fill(PINE, box(0, 720, 1600, 900))
    s.disc(JADE, 800, 800, 430, 0.2)
    for x, y, size in ((715, 400, 0.85), (800, 415, 1.1), (885, 400, 0.85)):
        with s.placed(x, y, size):
            s.limb(CREAM, "0,0,2 -34,-70,11 22,-160,15 -22,-250,11 14,-330,2")
    cup = blob(
        "540,450! 1060,450! 1050,560 990,680 900,765! 900,800! 700,800! 700,765! 610,680 550,560"
    )
    s.shaded((CREAM, SAND), cup, blob("1080,440! 920,440! 925,590 820,770! 820,800! 1080,800!"))
    s.limb(SAND, "702,767,3 800,775,3 898,767,3")
    s.disc(SAND, 800, 450, 260, 0.17)
    s.disc(CLAY, 800, 456, 232, 0.15)
    s.fill(JADE, leaf(740, 450, 90, 12), leaf(850, 470, 70, -14))
    s.sprig("1120,860 1290,790 1470,590", (SAGE, MIST), 150)
    for x, y in ((400, 800), (455, 838), (350, 848)):
        s.disc(CINNABAR, x, y, 24, 0.8, -20)


def walk(s: Sheet) -> None:
    """A path through hills and somebody on it."""
    s.paper(PAPER)
    s.disc(CLAY, 1130, 250, 150)
    s.hill("#b3c0c8", "-60,460 250,300 520,420 800,480 1100,380 1400,300 1700,420")
    s.hill(SAGE, "-60,560 300,470 700,560 1050,600 1400,500 1700,560")
    s.blob(SAND, "800,700! 1010,650 968,624 1050,610 1120,596! 1020,624 1085,654 960,720!")
    near = hill("-60,760 300,640 700,650 1100,700 1700,620")
    path = blob("240,960! 420,820 760,760 860,700 800,625! 985,645! 1000,740 900,820 720,960!")
    s.shaded((JADE, SAND), near, path)
    for x, y, r in ((150, 560, 70), (270, 590, 52), (1390, 520, 80), (1500, 560, 56)):
        s.fill(PINE, disc(x, y, r, 1.6), box(x - 6, y, x + 6, y + r * 2.2))
    with s.placed(640, 815, 1.15):
        walker(s)


# --- pictures for products ----------------------------------------------------------------------


def mat(s: Sheet) -> None:
    """A mat, half rolled up, with dots on its upper side."""
    s.paper("#dfe5d6")
    s.disc(OCHRE, 500, 370, 280)
    s.fill(SAGE, box(0, 600, 900, 900))
    axis, middle, r = 260 - 150j, 260 + 600j, 175
    near, out = middle + 1j * r, 330 + 20j
    s.fill(PINE, [[near, near + 18j, near + out + 18j, near + out + axis + 18j, near + out + axis]])
    s.fill(CLAY, [[near, near + out, near + out + axis, near + axis]])
    for row in range(5):
        for step in range(6):
            p = near + axis * (0.12 + 0.19 * row) + out * (0.12 + 0.155 * step)
            s.disc(CREAM, p.real, p.imag, 14, 0.62)

    def wrap(start: float, stop: float, low: int, high: int) -> Shape:
        """A part of the roll: shares of its length, and degrees off the line of its axis."""
        arc = [middle + rect(r, phase(axis) + n * pi / 180) for n in range(low, high + 1, 3)]
        return [[*(p + axis * start for p in arc), *(p + axis * stop for p in reversed(arc))]]

    s.fill(JADE, wrap(0, 1, -90, 90), disc((middle + axis).real, (middle + axis).imag, r))
    s.fill(PINE, wrap(0, 1, 42, 90))
    s.fill(OCHRE, wrap(0.4, 0.48, -90, 90), wrap(0.76, 0.84, -90, 90))
    s.disc(PINE, middle.real, middle.imag, r)
    turns = [rect(20 + 2.45 * n, n * pi / 10 + 0.2) + middle for n in range(58)]
    s.limb(CLAY, " ".join(f"{p.real},{p.imag}" for p in turns), 18)


def ball(s: Sheet) -> None:
    """Two massage balls on a cloth."""
    s.paper("#c3cdd4")
    s.disc(CREAM, 450, 360, 300)
    s.fill(DUSK, box(0, 560, 900, 900))
    cloth = [[60 + 780j, 230 + 600j, 690 + 600j, 850 + 780j]]
    s.fill(NIGHT, [[p + 14j for p in cloth[0]]], alpha=0.5)
    s.fill(SAND, cloth)
    s.fill(CINNABAR, [[86 + 752j, 97 + 740j, 812 + 740j, 824 + 752j]])
    s.fill(CINNABAR, [[104 + 732j, 110 + 726j, 800 + 726j, 806 + 732j]])
    for n in range(27):
        s.limb(SAND, f"{70 + 29.6 * n},780 {66 + 30 * n},806", 7)
    spiky(s, 335, 500, 190, (CLAY, "#b4674a"))
    spiky(s, 610, 590, 135, (JADE, PINE))


# --- people -------------------------------------------------------------------------------------

# paper, halo, skin, coat, collar, hair, hair behind the head, hair before it
PEOPLE = {
    1: (
        *(SAND, OCHRE, FAIR, JADE, PINE, INK),
        "240,70 320,100 348,190 352,300! 300,326 180,326 128,300! 132,190 160,100",
        "240,84 304,104 336,170 336,250! 306,190 262,146 236,130! 214,160 178,190 144,250! 144,170 "
        "176,104",
    ),
    2: (
        *(MIST, CREAM, TAN, DUSK, NIGHT, "#a9aaa0"),
        "240,96 306,122 328,190 320,226! 160,226! 152,190 174,122",
        "162,190! 172,232 196,262 218,258 240,252 262,258 284,262 308,232 318,190! 322,260 296,330 "
        "240,366 184,330 158,260",
    ),
    3: (
        *("#c3cdd4", SAND, BROWN, CINNABAR, "#842c1f", INK),
        "240,28 284,52 276,92 316,124 330,200 310,240! 170,240! 150,200 164,124 204,92 196,52",
        "240,92 296,112 322,170 318,222! 300,160 260,128 200,176 164,222! 158,170 184,112",
    ),
    4: (
        *("#e6bfa4", JADE, DEEP, OCHRE, CLAY, INK),
        "240,84 306,100 330,160 322,214! 158,214! 150,160 174,100",
        "240,86 306,102 326,150 320,214! 306,204 306,160! 284,140 240,134 196,140 174,160! 174,204 "
        "160,214! 154,150 174,102",
    ),
    5: (
        *("#d5dcd0", CLAY, FAIR, SAGE, JADE, "#6e3d28"),
        "240,62 276,72 312,84 334,116 364,146 362,190 382,226 366,266 374,306 340,334 306,340 "
        "174,340 140,334 106,306 114,266 98,226 118,190 116,146 146,116 168,84 204,72",
        "240,80 300,98 338,160 334,242! 312,186 290,168 280,142 250,140 226,124 208,150 186,158 "
        "178,186 146,242! 142,160 180,98",
    ),
}


def portrait(s: Sheet, who: int) -> None:
    """An invented person without a face."""
    paper, halo, skin, coat_, collar, hair, behind, before = PEOPLE[who]
    s.paper(paper)
    s.disc(halo, 240, 220, 185)
    s.blob(hair, behind)
    s.limb(skin[1], "240,270,40 240,400,46")
    s.blob(coat_, "40,500! 66,424 140,384 198,356! 240,420! 282,356! 340,384 414,424 440,500!")
    s.blob(collar, "190,346! 206,344! 240,408! 274,344! 290,346! 296,380 240,450! 184,380")
    if who not in {1, 5}:  # whose hair is over their ears
        s.disc(skin[0], 163, 216, 13, 1.5)
        s.disc(skin[1], 317, 216, 13, 1.5)
    face = blob("240,104 298,130 316,200 302,262 268,302 240,310 212,302 178,262 164,200 182,130")
    shade = blob(
        "330,90! 330,330! 240,330! 246,290 240,268! 240,246! 228,242 222,232 234,196 240,90"
    )
    s.shaded(skin, face, shade)
    s.blob(hair, before)


ARTICLES = (knee, head, wrist, sleep, neck, feet, nose, back, breath, hands, tea, walk)
PRODUCTS = (mat, ball)
MOTIFS: dict[str, Callable[[Sheet], None]] = {
    **{picture.__name__: picture for picture in ARTICLES + PRODUCTS},
    **{f"portrait-{who}": partial(portrait, who=who) for who in PEOPLE},
}


def draw(motif: str) -> Image.Image:
    """The picture of a motif; KeyError for a name that is none."""
    picture = MOTIFS[motif]
    size = HERO if picture in ARTICLES else PRODUCT if picture in PRODUCTS else PORTRAIT
    sheet = Sheet(size)
    picture(sheet)
    return sheet.image.resize(size, Image.Resampling.LANCZOS)
