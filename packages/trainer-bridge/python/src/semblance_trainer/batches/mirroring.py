"""Whether a photo may be mirrored: only when its caption does not say where left and right are."""

from __future__ import annotations

import re

__all__ = ["may_mirror"]

# Words for left and right, for directions and sides named by them, and for what turns. A caption
# that is spared in vain costs a mirrored view; one that is missed teaches the wrong side.
_STEMS = (
    # English
    r"left\w*|right\w*|(?:counter|anti)?-?clockwise|portside|starboard|mirror\w*",
    # German, Dutch, Scandinavian
    r"links\w*|linke\w*|recht\w*|venstre|vänster\w*|høyre|højre|höger\w*",
    # French, Spanish, Catalan, Portuguese, Italian, Romanian
    r"gauches?|droite?s?|izquierd\w*|derech\w*|esquerr\w*|dret[ae]?s?|esquerd\w*|direit\w*",
    r"sinistr\w*|destr[aoei]|stâng\w*|stang\w*|dreapt\w*|drept\w*",
    # Polish, Czech, Slovak, Slovene, Croatian
    r"lew(?:y|a|e|ej|ą|ym|ego|o)|praw(?:y|a|e|ej|ą|ym|ego|o)",
    r"v?lev(?:o|ý|á|é|a|e|i|u|ou|ém|ým|ej|ého)|v?prav(?:o|ý|á|é|a|e|i|u|ou|ém|ým|ej|ého)",
    r"ľav\w*|v?ľavo|ulijevo|lijev\w*|desn[aeio]\w*",
    # Russian, Ukrainian, Bulgarian, Serbian
    r"с?лев\w*|в?лево|с?прав\w*|в?право|лів\w*|ліворуч|праворуч|ляв\w*|дясн\w*|десн\w*",
    # Finnish, Estonian, Hungarian, Turkish, Greek
    r"vasem\w*|vasak\w*|oike\w*|parem\w*|bal(?:ra|ról|oldal\w*)?|jobb(?:ra|ról|oldal\w*)?",
    r"sol(?:da|daki|dan|a|unda|undaki)?|sağ\w*|αριστερ\w*|δεξι\w*",
)
_WORDS = re.compile(rf"(?<!\w)(?:{'|'.join(_STEMS)})(?!\w)", re.IGNORECASE)
_CHARACTERS = re.compile("[左右]|왼|오른|좌측|우측|좌우|ひだり|みぎ")  # no spaces between words


def may_mirror(caption: str) -> bool:
    """Return whether the mirrored photo still fits the caption.

    Known are words of the usual European languages, Chinese, Japanese and Korean. Of a caption in
    another language nothing can be told, so that mirroring is off by default.
    """
    return _WORDS.search(caption) is None and _CHARACTERS.search(caption) is None
