"""Each risk in words."""

from collections.abc import Mapping

from parchemin.candidates.matching.rules import Stumble
from parchemin.common.language import Text

TEXTS: Mapping[Stumble, Text] = {
    Stumble.TITLE: Text("Le nom contient une civilité ou un titre.", "The name contains a title."),
    Stumble.OTHER_NAME: Text(
        "Le nom en contient un autre (épouse, née…) : chacun a son champ.",
        "The name contains another one (married, born…): each has its own member.",
    ),
    Stumble.DIGIT: Text("L'état civil n'écrit pas de chiffres.", "The civil register writes no digits."),
    Stumble.NOT_OF_XML: Text(
        "Un caractère ne peut pas être transmis en XML.", "A character cannot be transmitted in XML."
    ),
    Stumble.NOT_OF_REGISTER: Text(
        "L'état civil français n'écrit que des lettres latines avec signes français, apostrophe, tiret et espace.",
        "The French civil register writes Latin letters with French signs, apostrophe, hyphen and blank only.",
    ),
    Stumble.CAPITALS: Text(
        "Nom en capitales sans accents : vérifiez s'il en a perdu.",
        "Name in capitals: check whether accents were lost.",
    ),
    Stumble.INITIAL: Text("Une initiale n'est pas un prénom.", "An initial is no first name."),
    Stumble.TOGETHER: Text(
        "Plusieurs prénoms dans un même champ : un par élément, sauf prénom composé.",
        "Several first names in one: each is an item of its own, unless it is a compound.",
    ),
    Stumble.TOO_LONG: Text("Le registre prend 60 caractères par nom.", "The register takes 60 characters of a name."),
    Stumble.SAME_NAMES: Text(
        "Le nom d'usage est le nom de naissance : laissez-le vide.", "The used name is the birth name: leave it out."
    ),
    Stumble.MONTH_UNKNOWN: Text(
        "Mois de naissance inconnu : des homonymes de la même année ne peuvent pas être départagés.",
        "Month of birth unknown: namesakes of the same year cannot be told apart.",
    ),
    Stumble.DAY_UNKNOWN: Text("Jour de naissance inconnu.", "Day of birth unknown."),
    Stumble.COMMUNE: Text(
        "La commune de naissance n'est pas dans la liste officielle à cette date.",
        "The birth place is not in the official list at that date.",
    ),
    Stumble.CITY_SPELLING: Text(
        "La commune s'écrit autrement dans la liste officielle.", "The official list spells the commune otherwise."
    ),
    Stumble.ARRONDISSEMENT: Text(
        "À Paris, Lyon et Marseille, la naissance est inscrite dans un arrondissement : indiquez-le.",
        "In Paris, Lyon and Marseille, births are registered by arrondissement: give it.",
    ),
    Stumble.CITY_UNKNOWN: Text("Le lieu de naissance n'est pas dit.", "The birth place is not said."),
    Stumble.COUNTRY: Text("Ce pays n'a pas de code INSEE.", "This country has no INSEE code."),
}
