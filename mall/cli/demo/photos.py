"""Pictures that come with the demo's claims: a carton on a table, drawn, with what went wrong on it. No persons."""

from __future__ import annotations

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from mall.orders.actions.after_sales import Photo
from mall.orders.models import ClaimReason

WIDTH, HEIGHT = 800, 600
GROUNDS = ("#cfc9bb", "#bcc7ca", "#cbc2c6")
CARTON, SHADE, TAPE, LABEL, DARK, WET = "#b98f5e", "#9a7346", "#d8c39a", "#f1eee6", "#3a3128", "#7d6a4b"


def drawn(reason: ClaimReason, number: int) -> Photo:
    """The picture of that number about what went wrong, the same each time."""
    chance = Random(f"{reason}/{number}")
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUNDS[number % len(GROUNDS)])
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, HEIGHT * 2 // 3, WIDTH, HEIGHT), fill="#8f8577")
    left, top = 170 + 40 * (number % 3), 150 - 20 * (number % 2)
    right, bottom = left + 400, top + 320
    pen.ellipse((left - 40, bottom - 30, right + 80, bottom + 40), fill="#6f675c")
    image = image.filter(ImageFilter.GaussianBlur(6))
    pen = ImageDraw.Draw(image)
    pen.polygon(((left, top), (left + 70, top - 60), (right + 70, top - 60), (right, top)), fill=TAPE)
    pen.polygon(((right, top), (right + 70, top - 60), (right + 70, bottom - 70), (right, bottom)), fill=SHADE)
    pen.rectangle((left, top, right, bottom), fill=CARTON)
    pen.rectangle((left + 175, top, left + 225, bottom), fill=TAPE)
    pen.rectangle((left + 30, bottom - 120, left + 150, bottom - 30), fill=LABEL)
    for bar in range(14):
        x = left + 42 + bar * 7
        pen.rectangle((x, bottom - 108, x + chance.choice((1, 2, 4)), bottom - 62), fill=DARK)
    if reason in (ClaimReason.DAMAGED, ClaimReason.QUALITY):
        _broken(pen, chance, right, top)
    else:
        pen.ellipse((left + 250, top + 70, left + 370, top + 190), outline="#a33a2c", width=10)
    image = image.rotate(chance.uniform(-4, 4), fillcolor="#8f8577").filter(ImageFilter.GaussianBlur(0.6))
    kept = BytesIO()
    image.save(kept, "JPEG", quality=78, optimize=True)
    return Photo(kept.getvalue(), WIDTH, HEIGHT)


def _broken(pen: ImageDraw.ImageDraw, chance: Random, right: int, top: int) -> None:
    """A corner pressed in, a stain, and a crack that runs from it."""
    pen.ellipse((right - 190, top + 110, right - 40, top + 230), fill=WET)
    pen.polygon(((right - 90, top), (right + 40, top - 34), (right + 4, top + 96)), fill=DARK)
    pen.polygon(((right - 70, top + 6), (right + 24, top - 18), (right - 6, top + 70)), fill=SHADE)
    x, y = right - 70, top + 60
    path = [(x, y)]
    for _ in range(9):
        x, y = x - chance.randint(8, 34), y + chance.randint(6, 30)
        path.append((x, y))
    pen.line(path, fill=DARK, width=4)
