"""Example projects for the demonstration."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from dinamis_service.context import Context
from dinamis_service.identity.principal import Principal
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.project_forms import ProjectForm
from dinamis_service.requests.project_terms import Budget
from dinamis_service.requests.projects import Projects
from dinamis_service.requests.tables import Project


def seed(context: Context, principal: Principal) -> list[Project]:
    """Open two example projects for a scientific user, unless the user has some already."""
    projects = Projects(context.database, context.clock)
    caller = Caller(principal, "fr")
    if projects.visible(caller):
        return []
    today = context.clock().date()
    forms = (
        ProjectForm(
            title="Suivi du trait de côte languedocien",
            themes=["Littoral", "Risques"],
            end_date=today + timedelta(days=730),
            description="Évolution saisonnière du trait de côte entre Agde et Le Grau-du-Roi.",
            objectives="Mesurer le recul du trait de côte à mieux que deux mètres.",
            methodology="Comparaison d'ortho-images Pléiades de plusieurs dates et de relevés de terrain.",
            expected_results="Une carte annuelle du recul et de ses incertitudes.",
        ),
        ProjectForm(
            title="Biodiversité des garrigues montpelliéraines",
            themes=["Agriculture", "Biodiversité"],
            end_date=today + timedelta(days=365),
            description="Fermeture des milieux ouverts autour de Montpellier.",
            objectives="Cartographier l'embroussaillement des pelouses sèches.",
            methodology="Classification d'images multispectrales à très haute résolution.",
            expected_results="Une couche d'occupation du sol partagée avec les gestionnaires.",
            shared=True,
            budget=Budget(eur=Decimal(5000), reference="ANR-26-GARRIGUE"),
        ),
    )
    return [projects.create(caller, form)[0].project for form in forms]
