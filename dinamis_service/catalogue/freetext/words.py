"""Words that mean no place by themselves, in plain letters."""

from __future__ import annotations

_SILENT = """
a acquisition acquisitions afficher alentours all and angle annee annees any around at au autour aux avec
avoir by capteur capteurs ce ces cette cherche chercher chez couverture couvertures d dans data date dates
de des donne donnee donnees du en entre est et find for from image imagerie imagery images in incidence je
jour jours l la le les leur ma mes mission missions mois mon month montre montrer ne near nos notre nuage
nuages nuageux of on or ou par pas periode photo photos picture pictures plus pour pres prise prises proche
produit produits que qui recherche recherches s sa sans satellitaire satellitaires satellite satellites
scene scenes se secteur sensor sensors ses show son sous sur the to tous tout toute toutes trouver un une
vers veux voir voudrais vue vues with without y year zone zones
"""
_NEVER_ALONE = """
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
baie bas basse blanc blanche bois bon bonne bourg brut camp cap centre champ champs chateau col cols commune
cote cotes couleur couleurs croix delta demande departement dernier derniere dernieres derniers eau eaux
eglise estuaire fleuve foret forets fort forts golfe grand grande grands hameau haut haute hauts heritage
hexagone ile iles lac lacs marais massif mer mers mono mont montagne montagnes monts neo neuf neuve noir
noire nord nuit ocean ortho ouest ouverte ouvertes pan parc pays petit petite pic plage plages plaine plan
pleiade pointe pont ponts port ports quartier recent recente recentes region resolution rive riviere rouge
route rue saint sainte secteur sommet source sources stereo sud terre vallee vieille vieux village ville
villes world
"""

SILENT = frozenset(_SILENT.split())
"""Taken for granted: neither places nor told as unknown."""

NEVER_ALONE = frozenset(_NEVER_ALONE.split())
"""Names of some village or other, but common words first: places only when they are all that is written."""

WITHOUT = frozenset(("hors", "sauf", "excepte", "except", "without", "sans"))
"""Words that leave out the place that comes next."""

KIND_HINTS = {
    "region": ("region", "former-region"),
    "departement": ("departement",),
    "dept": ("departement",),
    "dpt": ("departement",),
    "commune": ("commune", "former-commune"),
    "ville": ("commune", "city"),
    "pays": ("country",),
    "province": ("region",),
    "country": ("country",),
    "town": ("commune", "city"),
    "city": ("commune", "city"),
}
"""Words that say what sort of place the next one is."""
