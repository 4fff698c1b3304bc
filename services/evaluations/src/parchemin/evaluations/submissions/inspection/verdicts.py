"""Why a file is refused: a stable code, and its text in both languages."""

from parchemin.common.language import Text

VERDICTS: dict[str, Text] = {
    "empty": Text("Le fichier est vide.", "The file is empty."),
    "digest_mismatch": Text(
        "Le contenu reçu n'est pas celui qui était annoncé (SHA-256).",
        "The content received is not what was announced (SHA-256).",
    ),
    "inspection_failed": Text(
        "Le fichier n'a pas pu être examiné dans les limites de temps et de mémoire.",
        "The file could not be examined within the limits of time and memory.",
    ),
    "malware_found": Text("L'antivirus a reconnu un programme malveillant.", "The antivirus recognised malware."),
    "name_unsafe": Text(
        "Le nom du fichier contient un caractère invisible, de contrôle ou de chemin.",
        "The file name has an unseen, control or path character.",
    ),
    "name_misleading": Text("Le nom du fichier cache une autre extension.", "The file name hides another extension."),
    "type_not_allowed": Text("Ce type de fichier n'est pas accepté.", "This type of file is not accepted."),
    "type_mismatch": Text(
        "Le contenu n'est pas celui qu'annonce l'extension.", "The content is not what the extension says."
    ),
    "executable": Text("Le fichier est un programme.", "The file is a program."),
    "polyglot": Text(
        "Le fichier se lit de deux façons : il cache un second contenu.",
        "The file can be read in two ways: it hides a second content.",
    ),
    "pdf_unreadable": Text("Le PDF est illisible.", "The PDF cannot be read."),
    "pdf_encrypted": Text("Le PDF est chiffré.", "The PDF is encrypted."),
    "pdf_script": Text("Le PDF contient du JavaScript.", "The PDF has JavaScript in it."),
    "pdf_action": Text(
        "Le PDF lance un programme, envoie des données ou ouvre un autre fichier.",
        "The PDF launches a program, sends data or opens another file.",
    ),
    "pdf_embedded_file": Text("Le PDF contient un fichier joint.", "The PDF has a file embedded in it."),
    "pdf_xfa": Text("Le PDF contient un formulaire XFA.", "The PDF has an XFA form in it."),
    "pdf_media": Text("Le PDF contient un contenu multimédia actif.", "The PDF has active media in it."),
    "pdf_too_complex": Text("Le PDF compte trop d'objets.", "The PDF has too many objects."),
    "archive_unreadable": Text("L'archive est illisible.", "The archive cannot be read."),
    "archive_encrypted": Text("L'archive est chiffrée.", "The archive is encrypted."),
    "archive_too_many_entries": Text("L'archive compte trop d'entrées.", "The archive has too many entries."),
    "archive_too_large": Text("L'archive décompressée est trop grande.", "The archive is too large once unpacked."),
    "archive_ratio": Text(
        "L'archive se décompresse plus de cent fois.", "The archive unpacks to more than a hundred times its size."
    ),
    "archive_path": Text("Une entrée de l'archive sort de son dossier.", "An entry of the archive leaves its folder."),
    "archive_link": Text(
        "Une entrée de l'archive est un lien ou un fichier spécial.",
        "An entry of the archive is a link or a special file.",
    ),
    "archive_nested": Text("L'archive contient une autre archive.", "The archive has another archive in it."),
    "office_macros": Text("Le document contient des macros.", "The document has macros in it."),
    "office_ole": Text(
        "Le document est chiffré, d'un ancien format, ou contient un objet OLE.",
        "The document is encrypted, of an old format, or has an OLE object in it.",
    ),
    "office_encrypted": Text("Le document est chiffré.", "The document is encrypted."),
    "office_external": Text(
        "Le document charge un contenu extérieur (modèle, lien, DDE).",
        "The document loads content from outside (template, link, DDE).",
    ),
    "xml_entities": Text(
        "Un fichier XML du document déclare des entités ou une DTD.",
        "An XML part of the document declares entities or a DTD.",
    ),
    "xml_unreadable": Text("Un fichier XML du document est illisible.", "An XML part of the document cannot be read."),
    "active_content": Text("Une image du document contient un script.", "An image in the document has a script in it."),
    "image_unreadable": Text("L'image est illisible.", "The image cannot be read."),
    "image_too_large": Text("L'image compte trop de pixels.", "The image has too many pixels."),
    "text_unreadable": Text("Le texte contient des octets illisibles.", "The text has unreadable bytes in it."),
    "csv_formula": Text(
        "Une cellule du CSV commence comme une formule (=, +, -, @).",
        "A cell of the CSV begins like a formula (=, +, -, @).",
    ),
}


class Refused(Exception):
    """The file is not taken; `code` is one of the verdicts."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
