"""Themes that the form of a project suggests; any other text may be written."""

from __future__ import annotations

from dinamis_service.quotas.words import Words

THEMES: dict[str, Words] = {
    "agriculture": Words("Agriculture", "Agriculture"),
    "archaeology": Words("Archéologie et patrimoine", "Archaeology and heritage"),
    "biodiversity": Words("Biodiversité", "Biodiversity"),
    "climate": Words("Climat", "Climate"),
    "coast": Words("Littoral", "Coast"),
    "energy": Words("Énergie", "Energy"),
    "forest": Words("Forêt", "Forest"),
    "geology": Words("Géologie et séismes", "Geology and earthquakes"),
    "health": Words("Santé", "Health"),
    "land-cover": Words("Occupation du sol", "Land cover"),
    "planning": Words("Aménagement du territoire", "Spatial planning"),
    "risks": Words("Risques", "Risks"),
    "snow": Words("Neige et glaciers", "Snow and glaciers"),
    "urban": Words("Ville", "Urban areas"),
    "water": Words("Eau", "Water"),
}
