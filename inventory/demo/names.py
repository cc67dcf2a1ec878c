"""Invented communes and the lists of names that people, streets, rooms and schools are made of; nobody real is meant."""

from __future__ import annotations

METROPOLIS = "Métropole de Valclair"
SYNTHETIC = "données fictives"
MAIL_DOMAIN = "valclair.example"  # RFC 2606: nobody's

# Code, name, weight among the communes.
COMMUNES: tuple[tuple[str, str, float], ...] = (
    ("ROC", "Rocheval", 13.0),
    ("SEL", "Saint-Elvain", 9.0),
    ("MON", "Montrefeuil", 8.0),
    ("PON", "Pontarlys", 7.0),
    ("CLA", "Clairvignes", 6.0),
    ("AUB", "Aubrelle-sur-Lienne", 5.5),
    ("VER", "Vernezac", 5.0),
    ("HSE", "Haute-Serrane", 4.5),
    ("FER", "La Ferrande", 4.2),
    ("COR", "Cormerac", 4.0),
    ("BMA", "Bois-Mauroy", 3.6),
    ("SMP", "Saint-Maur-des-Prades", 3.4),
    ("EST", "Estrelac", 3.0),
    ("VIL", "Villeclaire", 2.8),
    ("NOI", "Noirvaux", 2.6),
    ("CHA", "Chantelune", 2.4),
    ("PRE", "Prévaillac", 2.2),
    ("BRE", "Brécourt-les-Eaux", 2.0),
    ("SOR", "Sainte-Orlane", 1.9),
    ("GRA", "Gravemont", 1.7),
    ("COU", "Courbevigne", 1.6),
    ("MAL", "Malvigne", 1.4),
    ("LAM", "Lamberieu", 1.3),
    ("ORV", "Les Orvières", 1.1),
    ("TOU", "Tournevent", 1.0),
    ("MES", "Le Mesnil-Tournel", 0.9),
    ("VDO", "Valdoré", 0.7),
    ("FON", "Fontcaude-le-Bas", 0.31),
)
METROPOLITAN_BODIES = (
    ("NUM", "Direction du numérique"),
    ("FIN", "Direction des finances"),
    ("RH", "Direction des ressources humaines"),
    ("VOI", "Direction de la voirie"),
    ("EAU", "Service de l’eau"),
)
MUNICIPAL_BODIES = (
    ("ST", "Services techniques"),
    ("PM", "Police municipale"),
    ("MED", "Médiathèque"),
    ("ENF", "Petite enfance"),
    ("CUL", "Affaires culturelles"),
)
SCHOOLS = (
    "Jules-Ferry", "Jean-Jaurès", "Les Tilleuls", "Marie-Curie", "Le Petit-Bois", "Simone-Veil", "Les Coquelicots",
    "Victor-Hugo", "La Fontaine", "Jacques-Prévert", "Les Acacias", "Louise-Michel",
)  # fmt: skip
STREETS = (
    "rue de la République", "avenue des Platanes", "place du Marché", "rue des Écoles", "chemin du Moulin",
    "allée des Vignes", "cours de la Libération", "rue du Lavoir", "avenue Jean-Moulin", "rue des Artisans",
)  # fmt: skip
OFFICES = (
    "Accueil", "État civil", "Urbanisme", "Comptabilité", "Secrétariat", "Direction générale", "Salle du conseil",
    "Ressources humaines", "Communication", "Élections", "Affaires scolaires", "Marchés publics",
)  # fmt: skip
SERVICES = (
    "Accueil et état civil", "Urbanisme", "Finances", "Ressources humaines", "Secrétariat général", "Communication",
    "Affaires scolaires", "Commande publique", "Vie associative", "Cadre de vie",
)  # fmt: skip
TITLES = (
    "Agent d’accueil", "Assistante de direction", "Instructeur du droit des sols", "Comptable", "Chargée de mission",
    "Gestionnaire RH", "Responsable de service", "Adjointe administrative", "Technicien", "Directrice de pôle",
    "Chargé de communication", "Rédactrice",
)  # fmt: skip
SCHOOL_TITLES = (
    "Directrice d’école",
    "Directeur d’école",
    "Professeure des écoles",
    "ATSEM",
    "Agent périscolaire",
)
SOCIAL_TITLES = (
    "Travailleuse sociale",
    "Auxiliaire de vie",
    "Agent d’accueil social",
    "Infirmière coordinatrice",
)
ELECTED_TITLES = (
    "Maire",
    "Premier adjoint",
    "Adjointe aux finances",
    "Conseillère déléguée",
    "Conseiller municipal",
)

GIVEN_NAMES = (
    "Adèle", "Agnès", "Alain", "Albane", "Alexandre", "Alice", "Amandine", "Anaïs", "André", "Anne", "Antoine",
    "Arnaud", "Aurélie", "Baptiste", "Béatrice", "Benoît", "Bernadette", "Bruno", "Camille", "Carine", "Caroline",
    "Catherine", "Cédric", "Céline", "Chloé", "Christelle", "Christian", "Christophe", "Claire", "Clément",
    "Colette", "Damien", "Danielle", "David", "Delphine", "Denis", "Didier", "Dominique", "Élise", "Élodie",
    "Émilie", "Éric", "Étienne", "Fabien", "Fabienne", "Fatima", "Florence", "Florian", "Franck", "François",
    "Françoise", "Frédéric", "Gaëlle", "Gérard", "Gilles", "Guillaume", "Hélène", "Hervé", "Hugo", "Inès",
    "Isabelle", "Jacques", "Jean", "Jean-Marc", "Jeanne", "Jérôme", "Joël", "Julie", "Julien", "Karim", "Laëtitia",
    "Laura", "Laurence", "Laurent", "Léa", "Léo", "Louis", "Lucie", "Ludovic", "Maëlle", "Manon", "Marc", "Marie",
    "Marion", "Martine", "Mathieu", "Maud", "Mehdi", "Mélanie", "Michel", "Mireille", "Monique", "Nadia",
    "Nathalie", "Nicolas", "Noémie", "Odile", "Olivier", "Pascal", "Patricia", "Patrick", "Paul", "Pauline",
    "Philippe", "Pierre", "Rachid", "Raphaël", "Régine", "Rémi", "Sabrina", "Samuel", "Sandrine", "Sébastien",
    "Serge", "Simon", "Solène", "Sophie", "Stéphane", "Sylvie", "Thierry", "Thomas", "Valérie", "Vincent",
    "Virginie", "Xavier", "Yann", "Yasmine", "Yves", "Zoé",
)  # fmt: skip
FAMILY_NAMES = (
    "Albertini", "Amblard", "Arnoux", "Aubertin", "Bailleul", "Barthès", "Baudry", "Belmont", "Benali", "Bérard",
    "Berthelot", "Besnard", "Blanchet", "Bonnafous", "Bordes", "Bouchard", "Boulanger", "Bourdin", "Boyer",
    "Brémond", "Briand", "Cadiou", "Carpentier", "Castaing", "Cazenave", "Chabert", "Chauvin", "Clavel", "Colin",
    "Cordier", "Cosson", "Coulon", "Couturier", "Daniel", "Darmon", "Delaunay", "Delmas", "Descamps", "Diallo",
    "Doucet", "Dubreuil", "Duclos", "Dufour", "Dumont", "Dupouy", "Escoffier", "Etcheverry", "Fabre", "Faucher",
    "Ferrand", "Fleury", "Fontaine", "Forestier", "Fournier", "Gaillard", "Garnier", "Gaudin", "Gauthier",
    "Germain", "Gillet", "Girard", "Godard", "Grandjean", "Guérin", "Guibert", "Guillot", "Haddad", "Hamon",
    "Hardy", "Hébert", "Humbert", "Imbert", "Jacquet", "Joubert", "Jourdan", "Kerbrat", "Labat", "Lacombe",
    "Lafon", "Lagarde", "Lambert", "Laporte", "Larrieu", "Lassalle", "Lavergne", "Le Bihan", "Le Goff", "Lebrun",
    "Leclerc", "Lecomte", "Lemaire", "Leroux", "Lesage", "Loiseau", "Maillard", "Mansouri", "Marchand", "Maréchal",
    "Marty", "Masson", "Mauger", "Mercier", "Meunier", "Mongin", "Moreau", "Morvan", "Nicolas", "Noël", "Ollivier",
    "Pages", "Paris", "Pasquier", "Pelletier", "Perrin", "Peyre", "Picard", "Pineau", "Poirier", "Prigent",
    "Quentin", "Rambaud", "Renaud", "Rey", "Ribeiro", "Rivière", "Robin", "Roche", "Rolland", "Rousseau",
    "Roussel", "Sabatier", "Salmon", "Sarrazin", "Schmitt", "Simonet", "Tanguy", "Tessier", "Texier", "Thibault",
    "Tournier", "Traoré", "Vallet", "Vasseur", "Verdier", "Vidal", "Vigneron", "Voisin", "Weber",
)  # fmt: skip
TECHNICIANS = (
    "Karim Haddad",
    "Élodie Tessier",
    "Yann Le Goff",
    "Nathalie Brémond",
    "Thomas Castaing",
    "Inès Ribeiro",
)
SUPPLIERS = (
    ("Lienne Informatique", "commandes@lienne-informatique.example"),
    ("Arvor Équipements", "contact@arvor-equipements.example"),
    ("Centrale d’achat du Valclair", "marches@cav.example"),
    ("Bureautique des Prades", "sav@bureautique-prades.example"),
    ("Télécom Serrane", "pro@telecom-serrane.example"),
    ("Seconde Main Solidaire", "bonjour@seconde-main.example"),
)


def of(what: str, name: str) -> str:
    """Return “CCAS d’Aubrelle”, “CCAS du Mesnil”, “CCAS de Rocheval”: French elides before a vowel and contracts articles."""
    for article, contracted in (("Les ", "des "), ("Le ", "du ")):
        if name.startswith(article):
            return f"{what} {contracted}{name.removeprefix(article)}"
    return f"{what} d’{name}" if name[0] in "AEÉÈIOUY" else f"{what} de {name}"
