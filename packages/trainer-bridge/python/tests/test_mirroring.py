"""Captions that say where left and right are, in many languages."""

import pytest

from semblance_trainer.batches.mirroring import may_mirror


@pytest.mark.parametrize(
    "caption",
    [
        "A dog runs to the LEFT of a tree",
        "two men, the right one in red",
        "a left-handed pitcher",
        "cars drive clockwise round a square",
        "ein Hund links neben dem Baum",
        "der rechte Mann lacht",
        "un chien à gauche",
        "la porte de droite",
        "un perro a la izquierda",
        "la mano derecha",
        "a mão direita",
        "un cane sulla sinistra",
        "een hond aan de rechterkant",
        "en hund till vänster",
        "pies po lewej stronie",
        "pes vlevo od stromu",
        "собака слева от дерева",
        "σκύλος στα αριστερά",
        "koira puun vasemmalla puolella",
        "a kutya a bal oldalon",
        "ağacın solunda bir köpek",
        "树左边的一只狗",
        "木の右側にいる犬",
        "나무 왼쪽에 있는 개",
    ],
)
def test_a_caption_that_names_a_side_keeps_its_image(caption: str) -> None:
    assert not may_mirror(caption)


@pytest.mark.parametrize(
    "caption",
    [
        "A brown dog leaps over a log",
        "a bright light, a delight; children playing upright",
        "two soldiers with a ball on a balcony",
        "a lever and a level",
        "ein Gerechter im Flur",
        "犬が走る",
        "",
    ],
)
def test_a_caption_without_one_lets_it_be_mirrored(caption: str) -> None:
    assert may_mirror(caption)
