"""What is said of the consequences of an erasure."""

from parchemin.candidates.privacy.erasures.rules import Gone, HoldKind, Kept
from parchemin.common.language import Text

GONE: dict[Gone, Text] = {
    Gone.IDENTITY_AND_CONTACT: Text(
        "Noms, naissance, coordonnées et identifiants : clés détruites, champs vidés, index supprimé.",
        "Names, birth, contact and identifiers: keys destroyed, fields emptied, index deleted.",
    ),
    Gone.LOGIN: Text(
        "Le lien avec l'identifiant de connexion : la personne ne peut plus consulter ce dossier.",
        "The link to the login: the person cannot read this record any more.",
    ),
    Gone.DISABILITY_DATA: Text(
        "Aménagements, suivi et motifs des dispenses : supprimés.",
        "Accommodations, follow-up, and the reasons of exemptions: deleted.",
    ),
    Gone.PERSONAL_FILES: Text(
        "Les copies du dossier déjà préparées : supprimées.", "Copies of the file made before: deleted."
    ),
    Gone.WORK_HANDED_IN: Text(
        "Les travaux remis et les textes qui les accompagnent, dans le service des évaluations.",
        "Work handed in and the texts that go with it, in the evaluations service.",
    ),
    Gone.DOCUMENT_FILES: Text(
        "Les fichiers des documents délivrés, sauf ceux que la loi fait conserver.",
        "The files of issued documents, but for those that the law has kept.",
    ),
}

KEPT: dict[Kept, tuple[Text, str]] = {
    Kept.REGISTER_IDENTITY: (
        Text(
            "Nom de naissance, prénoms, sexe, date et lieu de naissance, numéro au registre : "
            "lisibles du seul certificateur.",
            "Birth name, first names, sex, birth date and place, register number: readable by the certifier alone.",
        ),
        "Code du travail, art. L. 6113-8 ; RGPD, art. 17(3)(b)",
    ),
    Kept.JURY_MINUTES: (
        Text(
            "Le procès-verbal signé du jury, tel qu'il fut établi.",
            "The jury's signed minutes, as they were drawn up.",
        ),
        "RGPD, art. 17(3)(b) et (e) ; règlement du certificateur",
    ),
    Kept.PSEUDONYMOUS_FACTS: (
        Text(
            "Inscriptions, décisions et dates, sous un numéro qui ne désigne plus personne.",
            "Enrolments, decisions and dates, under a number that names nobody any more.",
        ),
        "RGPD, art. 17(3)(d) et 89 ; Code du travail, art. R. 6113-9",
    ),
    Kept.CONSENT_HISTORY: (
        Text(
            "Les dates des consentements donnés et retirés, sous ce même numéro.",
            "When consents were given and withdrawn, under the same number.",
        ),
        "RGPD, art. 7(1)",
    ),
    Kept.ACCESS_LOG: (
        Text(
            "Le journal des consultations, pour la durée réglée, sous ce même numéro.",
            "The access log, for as long as the settings say, under the same number.",
        ),
        "RGPD, art. 5(2) et 32",
    ),
    Kept.ERASURE_RECORD: (
        Text("La présente demande et sa date.", "This request and its date."),
        "RGPD, art. 5(2)",
    ),
}

HOLDS: dict[HoldKind, Text] = {
    HoldKind.SESSION_OPEN: Text(
        "Une session à laquelle la personne est convoquée n'est pas décidée.",
        "A session to which the person is convened is not decided.",
    ),
    HoldKind.APPEAL_PERIOD: Text(
        "Le temps d'un recours contre la dernière décision n'est pas écoulé.",
        "The time for an appeal against the last decision is not over.",
    ),
}
