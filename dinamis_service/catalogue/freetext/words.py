"""Words that mean no place by themselves, in plain letters."""

from __future__ import annotations

SILENT = frozenset(
    "a au aux autour avec avoir alentours ce ces cette chez dans de des du d en entre est et l la le les leur ma mes mon"
    " ne nos notre ou par pas plus pour pres proche que qui s sa sans se ses son sous sur tous tout toute toutes un une"
    " vers voir y je cherche chercher recherche recherches trouver veux voudrais montre montrer donne afficher"
    " the of in on at and or with without for from to by near around show find all any"
    " image images imagerie scene scenes photo photos vue vues prise prises acquisition acquisitions produit produits"
    " donnee donnees satellite satellites satellitaire satellitaires capteur capteurs mission missions zone zones secteur"
    " date dates annee annees mois jour jours periode nuage nuages nuageux couverture couvertures incidence angle"
    " imagery picture pictures data sensor sensors year month".split()
)
"""Taken for granted: neither places nor told as unknown."""

NEVER_ALONE = frozenset(
    "mer mers bois nuit plage plages port ports ville villes plan pan col cols lac lacs baie golfe cap ile iles massif"
    " vallee plaine foret forets parc pont ponts fort forts mont monts vieux vieille grand grande grands petit petite"
    " nord sud ouest centre haut haute hauts bas basse rouge noir noire blanc blanche neuf neuve bon bonne saint"
    " sainte pleiade neo world heritage mono stereo ortho brut couleur couleurs haute resolution terre route rue rive"
    " riviere fleuve eau eaux source sources camp champ champs croix chateau eglise village bourg hameau commune region"
    " departement pays quartier secteur cote cotes ocean montagne montagnes sommet pic pointe marais delta estuaire"
    " hexagone demande ouverte ouvertes recent recente recentes derniere dernier dernieres derniers".split()
)
"""Names of some village or other, but common words first: places only when they are all that is written."""

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
