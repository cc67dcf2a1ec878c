"""What the made-up territory runs: applications of invented editors, by area of work, and how each is usually kept."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.applications.states import Area, Criticality, Hosting, PersonalData


@dataclass(frozen=True, slots=True)
class Product:
    """An application as its editor sells it, and how much hangs on it."""

    name: str
    editor: str
    area: Area
    criticality: Criticality
    hosting: Hosting
    data: PersonalData


_TABLE = """
Civitas Finances|Odélys|finance|critical|on_premises|ordinary
Comptaline|Lunalys|finance|critical|hosted|ordinary
Marchés+|Cordélia Logiciels|finance|important|saas|ordinary
Dette et Emprunts|Odélys|finance|normal|workstation|none
Régie Facile|Lunalys|finance|important|hosted|ordinary
Immobilis|Odélys|finance|normal|on_premises|none
Sillage RH|Prisme Public|staff|critical|on_premises|sensitive
Planning Agents|Prisme Public|staff|important|saas|ordinary
Chronotempo|Belloc Systèmes|staff|important|on_premises|ordinary
Formations|Prisme Public|staff|low|saas|ordinary
Médecine du travail|Prisme Public|staff|normal|hosted|sensitive
Mélodie État civil|Arpège Territoires|citizens|critical|on_premises|sensitive
Élections Clair|Arpège Territoires|citizens|critical|on_premises|ordinary
Cimetières|Gescime Valclair|citizens|normal|hosted|ordinary
Guichet Usager|Lunalys|citizens|important|saas|ordinary
Rendez-vous Mairie|Agenda Clair|citizens|important|saas|ordinary
Recensement militaire|Arpège Territoires|citizens|normal|workstation|ordinary
Enfance Plus|Technolys|childhood|critical|hosted|sensitive
Cantine et garderie|Technolys|childhood|important|hosted|ordinary
Crèches Soleil|Technolys|childhood|important|hosted|sensitive
Cahier d’école|Pupitre|childhood|normal|saas|ordinary
Transports scolaires|Pupitre|childhood|normal|saas|ordinary
Solidarité 3|Aidalys|social|critical|on_premises|sensitive
Portage de repas|Aidalys|social|important|hosted|sensitive
Aide à domicile|Aidalys|social|critical|saas|sensitive
Logement social|Aidalys|social|normal|hosted|sensitive
Cartalis SIG|Géoprades|planning|important|on_premises|ordinary
Droits des sols|Géoprades|planning|critical|on_premises|ordinary
Cadastre Web|Géoprades|planning|normal|saas|ordinary
Voirie Info|Géoprades|planning|normal|hosted|none
Atelier GMAO|Belloc Systèmes|technical|important|on_premises|none
Fluides et énergie|Belloc Systèmes|technical|normal|saas|none
Éclairage public|Belloc Systèmes|technical|normal|hosted|none
Demandes d’intervention|Belloc Systèmes|technical|normal|saas|ordinary
Parc automobile|Belloc Systèmes|technical|low|workstation|ordinary
Bibliothèque Opale|Opale Culture|culture|important|hosted|ordinary
Billetterie|Opale Culture|culture|normal|saas|ordinary
École de musique|Opale Culture|culture|normal|hosted|ordinary
Salles et associations|Agenda Clair|culture|normal|saas|ordinary
Main courante|Vigilys|safety|critical|on_premises|sensitive
Verbalisation|Vigilys|safety|important|hosted|sensitive
Objets trouvés|Vigilys|safety|low|saas|ordinary
Délibérations|Cordélia Logiciels|council|important|saas|none
Télétransmission des actes|Cordélia Logiciels|council|critical|saas|none
Courrier Arrivé|Cordélia Logiciels|council|important|on_premises|ordinary
Messagerie|Nuage Public|office|critical|hosted|ordinary
Fichiers partagés|Nuage Public|office|critical|on_premises|ordinary
Visioconférence|Nuage Public|office|normal|saas|none
Intranet des agents|Nuage Public|office|normal|on_premises|ordinary
Gestion documentaire|Cordélia Logiciels|office|important|on_premises|ordinary
Annuaire et accès|Nuage Public|infrastructure|critical|on_premises|ordinary
Sauvegardes|Belloc Systèmes|infrastructure|critical|on_premises|sensitive
Supervision réseau|Belloc Systèmes|infrastructure|important|on_premises|none
Protection des postes|Vigilys|infrastructure|critical|hosted|none
Assistance aux utilisateurs|Agenda Clair|infrastructure|important|on_premises|ordinary
Téléphonie IP|Télécom Serrane|infrastructure|critical|on_premises|ordinary
"""


def _read() -> tuple[Product, ...]:
    found = []
    for line in _TABLE.strip().split("\n"):
        name, editor, area, criticality, hosting, data = line.split("|")
        codes = (Area(area), Criticality(criticality), Hosting(hosting), PersonalData(data))
        found.append(Product(name, editor, *codes))
    return tuple(found)


PRODUCTS = _read()
# What the shared service runs once for many; the rest is bought by each commune for itself.
COLLECTIVE = frozenset({Area.OFFICE, Area.INFRASTRUCTURE, Area.PLANNING, Area.COUNCIL})
REASONS = (
    "L’éditeur ne la maintient plus.",
    "Reprise par l’application commune de la métropole.",
    "Le marché n’a pas été reconduit.",
    "Le service qui s’en servait a été dissous.",
)
REASONS_TO_REPLACE = (
    "L’éditeur ne la maintient plus.",
    "Le marché n’a pas été reconduit.",
    "Les deux faisaient le même travail.",
)
