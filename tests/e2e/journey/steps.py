"""The steps of the journey in their order, and the room they play in."""

from __future__ import annotations

import secrets

from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
from qgis.utils import iface

from .account import quotas, sign_in, sign_out
from .images import download_a_cut, load_in_ways
from .play import Step
from .project import drag_and_drop, save_and_reopen
from .real import real_input
from .requests import order, programming
from .search import add_to_map, areas, search

STEPS: list[Step] = [
    ("Sign in with the device flow", "Se connecter par code (device flow)", sign_in),
    ("Draw, import and take areas of interest", "Dessiner, importer et prendre des zones d'intérêt", areas),
    ("Search the catalogue", "Chercher dans le catalogue", search),
    ("Add a signed scene to the map", "Ajouter une scène signée à la carte", add_to_map),
    ("Load a scene in other ways", "Charger une scène autrement", load_in_ways),
    ("Download what lies in the area", "Télécharger ce qui est dans la zone", download_a_cut),
    ("See the quota of each sensor", "Voir le quota de chaque capteur", quotas),
    ("Order an archive scene, once", "Commander une scène d'archive, une seule fois", order),
    ("Submit a programming request", "Déposer une demande de programmation", programming),
    ("Save the project and reopen it", "Enregistrer le projet et le rouvrir", save_and_reopen),
    ("Drag results onto the map", "Glisser des résultats sur la carte", drag_and_drop),
    ("Real images of Mont Ventoux", "Images réelles du mont Ventoux", real_input),
    ("Sign out and leave nothing behind", "Se déconnecter sans rien laisser", sign_out),
]


def prepare() -> None:
    """Give the person a window, a master password and a background map, as their own QGIS would have."""
    window = iface.mainWindow()
    window.showMaximized()
    QgsApplication.authManager().setMasterPassword(secrets.token_urlsafe(24), True)
    world = QgsApplication.pkgDataPath() + "/resources/data/world_map.gpkg|layername=countries"
    QgsProject.instance().addMapLayer(QgsVectorLayer(world, "World", "ogr"))
