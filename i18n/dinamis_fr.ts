<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
    <context>
        <name>Dinamis</name>
        <message>
            <location filename="../dinamis_plugin/plugin.py" line="93" />
            <source>Show or hide the DINAMIS panel</source>
            <translation>Afficher ou masquer le panneau DINAMIS</translation>
        </message>
        <message>
            <source>If an earlier answer was lost on the way, the project is in the list as it was filled in then, and can be changed there.</source>
            <translation>Si une réponse précédente s'est perdue, le projet est dans la liste tel qu'il était saisi alors, et peut y être modifié.</translation>
        </message>
        <message>
            <source>Tranche of {credits} credits</source>
            <translation>Tranche de {credits} crédits</translation>
        </message>
        <message>
            <source>Finish</source>
            <translation>Terminer</translation>
        </message>
        <message>
            <source>Open and closed</source>
            <translation>Ouverts et clos</translation>
        </message>
        <message>
            <source>This service announces no call.</source>
            <translation>Ce service n'annonce aucun appel.</translation>
        </message>
        <message>
            <source>Quotas and prices</source>
            <translation>Quotas et tarifs</translation>
        </message>
        <message>
            <source>Calls for requests</source>
            <translation>Appels à demandes</translation>
        </message>
        <message>
            <source>Table of {year}, version {version}</source>
            <translation>Table {year}, version {version}</translation>
        </message>
        <message>
            <source>Table of {year}</source>
            <translation>Table {year}</translation>
        </message>
        <message>
            <source>Open until {day}</source>
            <translation>Ouvert jusqu'au {day}</translation>
        </message>
        <message>
            <source>Open, permanent</source>
            <translation>Ouvert, permanent</translation>
        </message>
        <message>
            <source>Opens on {day}</source>
            <translation>Ouvre le {day}</translation>
        </message>
        <message>
            <source>Closed since {day}</source>
            <translation>Clos depuis le {day}</translation>
        </message>
        <message numerus="yes">
            <source>%n unread</source>
            <translation>
                <numerusform>%n non lue</numerusform>
                <numerusform>%n non lues</numerusform>
            </translation>
        </message>
        <message>
            <source>Read</source>
            <translation>Lue</translation>
        </message>
        <message>
            <source>Unread</source>
            <translation>Non lue</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Retour</translation>
        </message>
        <message>
            <source>Notifications</source>
            <translation>Notifications</translation>
        </message>
        <message>
            <source>Unread only</source>
            <translation>Non lues seulement</translation>
        </message>
        <message>
            <source>Mark all as read</source>
            <translation>Tout marquer comme lu</translation>
        </message>
        <message>
            <source>Everything has been read.</source>
            <translation>Tout a été lu.</translation>
        </message>
        <message>
            <source>No notification yet: what happens to your requests is told here.</source>
            <translation>Aucune notification : ce qui arrive à vos demandes est annoncé ici.</translation>
        </message>
        <message>
            <source>Open the request</source>
            <translation>Ouvrir la demande</translation>
        </message>
        <message>
            <source>Open the project</source>
            <translation>Ouvrir le projet</translation>
        </message>
        <message>
            <source>When the state of a request changes</source>
            <translation>Quand une demande change d'état</translation>
        </message>
        <message>
            <source>When a message comes</source>
            <translation>Quand un message arrive</translation>
        </message>
        <message>
            <source>When a quotation waits for an answer</source>
            <translation>Quand un devis attend une réponse</translation>
        </message>
        <message>
            <source>When images are delivered</source>
            <translation>Quand des images sont livrées</translation>
        </message>
        <message>
            <source>Preferences</source>
            <translation>Préférences</translation>
        </message>
        <message>
            <source>Language of the mails</source>
            <translation>Langue des courriels</translation>
        </message>
        <message>
            <source>That of the service</source>
            <translation>Celle du service</translation>
        </message>
        <message>
            <source>States of requests are read again every</source>
            <translation>Relire l'état des demandes toutes les</translation>
        </message>
        <message>
            <source>Announce notifications in QGIS's message bar</source>
            <translation>Annoncer les notifications dans la barre de QGIS</translation>
        </message>
        <message>
            <source>Usual project</source>
            <translation>Projet habituel</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Enregistrer</translation>
        </message>
        <message>
            <source>The preferences are being read…</source>
            <translation>Lecture des préférences…</translation>
        </message>
        <message>
            <source>None: the newest is offered first</source>
            <translation>Aucun : le plus récent est proposé d'abord</translation>
        </message>
        <message>
            <source>Mails</source>
            <translation>Courriels</translation>
        </message>
        <message>
            <source>In this profile of QGIS</source>
            <translation>Dans ce profil de QGIS</translation>
        </message>
        <message>
            <source>Share with the members of my entity</source>
            <translation>Partager avec les membres de mon entité</translation>
        </message>
        <message>
            <source>They see the project and its requests, and may make requests in it.</source>
            <translation>Ils voient le projet et ses demandes, et peuvent y déposer des demandes.</translation>
        </message>
        <message>
            <source>A budget of the project pays small volumes</source>
            <translation>Un budget du projet paie les petits volumes</translation>
        </message>
        <message>
            <source>General information about the project</source>
            <translation>Informations générales du projet</translation>
        </message>
        <message>
            <source>Description of the project</source>
            <translation>Description du projet</translation>
        </message>
        <message>
            <source>Specifics of scientific projects</source>
            <translation>Spécificités des projets scientifiques</translation>
        </message>
        <message>
            <source>Sharing and budget</source>
            <translation>Partage et budget</translation>
        </message>
        <message>
            <source>The project was changed meanwhile. Nothing you typed is lost.</source>
            <translation>Le projet a été modifié entre-temps. Rien de votre saisie n'est perdu.</translation>
        </message>
        <message>
            <source>Save again to change it as it stands in the form now.</source>
            <translation>Enregistrez de nouveau pour le modifier tel que le formulaire le montre maintenant.</translation>
        </message>
        <message>
            <source>The project is on its way…</source>
            <translation>Envoi du projet…</translation>
        </message>
        <message>
            <source>Give the amount of the budget.</source>
            <translation>Indiquez le montant du budget.</translation>
        </message>
        <message>
            <source>Project {id}</source>
            <translation>Projet {id}</translation>
        </message>
        <message>
            <source>yours stays: {value}</source>
            <translation>le vôtre reste : {value}</translation>
        </message>
        <message>
            <source>Its end date is past: give it a later one to reopen it.</source>
            <translation>Sa date de fin est passée : donnez-lui une date plus tardive pour le rouvrir.</translation>
        </message>
        <message>
            <source>Quota granted for one request</source>
            <translation>Quota accordé par demande</translation>
        </message>
        <message>
            <source>Double-click: open the request in the dock</source>
            <translation>Double-clic : ouvrir la demande dans le panneau</translation>
        </message>
        <message>
            <source>No request in this project yet.</source>
            <translation>Aucune demande dans ce projet.</translation>
        </message>
        <message>
            <source>History</source>
            <translation>Historique</translation>
        </message>
        <message>
            <source>Choose a project in the table.</source>
            <translation>Choisissez un projet dans le tableau.</translation>
        </message>
        <message>
            <source>Actions</source>
            <translation>Actions</translation>
        </message>
        <message>
            <source>Edit…</source>
            <translation>Modifier…</translation>
        </message>
        <message>
            <source>Close the project…</source>
            <translation>Clôturer le projet…</translation>
        </message>
        <message>
            <source>Reopen the project</source>
            <translation>Rouvrir le projet</translation>
        </message>
        <message>
            <source>Owner</source>
            <translation>Propriétaire</translation>
        </message>
        <message>
            <source>Type of project</source>
            <translation>Type de projet</translation>
        </message>
        <message>
            <source>Terms</source>
            <translation>Conditions</translation>
        </message>
        <message>
            <source>Quota of the package, for one request</source>
            <translation>Quota du forfait, par demande</translation>
        </message>
        <message>
            <source>The project is closed.</source>
            <translation>Le projet est clos.</translation>
        </message>
        <message>
            <source>Only its owner may change the project.</source>
            <translation>Seul son propriétaire peut modifier le projet.</translation>
        </message>
        <message>
            <source>{status} since {day}</source>
            <translation>{status} depuis le {day}</translation>
        </message>
        <message>
            <source>Bespoke package</source>
            <translation>Forfait sur mesure</translation>
        </message>
        <message>
            <source>{eur}, {committed} committed, {left} left</source>
            <translation>{eur}, dont {committed} engagés, reste {left}</translation>
        </message>
        <message>
            <source>Budget of the project</source>
            <translation>Budget du projet</translation>
        </message>
        <message>
            <source>The usual quotas and prices.</source>
            <translation>Les quotas et tarifs habituels.</translation>
        </message>
        <message>
            <source>{used} of {volume} used, {left} left</source>
            <translation>{used} utilisés sur {volume}, reste {left}</translation>
        </message>
        <message>
            <source>Volume opened, {sensor}</source>
            <translation>Volume ouvert, {sensor}</translation>
        </message>
        <message>
            <source>Yes</source>
            <translation>Oui</translation>
        </message>
        <message>
            <source>No</source>
            <translation>Non</translation>
        </message>
        <message>
            <source>Shared with the entity</source>
            <translation>Partagé avec l'entité</translation>
        </message>
        <message>
            <source>Budget</source>
            <translation>Budget</translation>
        </message>
        <message>
            <source>Reference of the budget</source>
            <translation>Référence du budget</translation>
        </message>
        <message>
            <source>{field}: {value}</source>
            <translation>{field} : {value}</translation>
        </message>
        <message>
            <source>Close the project</source>
            <translation>Clôturer le projet</translation>
        </message>
        <message>
            <source>No new request can be made in it. Requests under way go on. It can be reopened until its end date.</source>
            <translation>Plus aucune demande ne pourra y être déposée. Les demandes en cours continuent. Il peut être rouvert jusqu'à sa date de fin.</translation>
        </message>
        <message>
            <source>Close it</source>
            <translation>Clôturer</translation>
        </message>
        <message>
            <source>Close the project {id}?</source>
            <translation>Clôturer le projet {id} ?</translation>
        </message>
        <message>
            <source>Identifier</source>
            <translation>Identifiant</translation>
        </message>
        <message>
            <source>Start date</source>
            <translation>Date de début</translation>
        </message>
        <message>
            <source>Number of requests</source>
            <translation>Nombre de demandes</translation>
        </message>
        <message>
            <source>Status</source>
            <translation>Statut</translation>
        </message>
        <message>
            <source>All projects…</source>
            <translation>Tous les projets…</translation>
        </message>
        <message>
            <source>Double-click: the page of the project</source>
            <translation>Double-clic : la page du projet</translation>
        </message>
        <message numerus="yes">
            <source>%n project(s)</source>
            <translation>
                <numerusform>%n projet</numerusform>
                <numerusform>%n projets</numerusform>
            </translation>
        </message>
        <message>
            <source>All projects</source>
            <translation>Tous les projets</translation>
        </message>
        <message>
            <source>Search the projects</source>
            <translation>Chercher dans les projets</translation>
        </message>
        <message>
            <source>Title, identifier, theme, owner…</source>
            <translation>Titre, identifiant, thème, propriétaire…</translation>
        </message>
        <message>
            <source>No project matches.</source>
            <translation>Aucun projet ne correspond.</translation>
        </message>
        <message>
            <source>Show all</source>
            <translation>Tout afficher</translation>
        </message>
        <message>
            <source>none</source>
            <translation>aucun</translation>
        </message>
        <message>
            <source>on quotation</source>
            <translation>sur devis</translation>
        </message>
        <message>
            <source>Beyond, archive</source>
            <translation>Au-delà, archive</translation>
        </message>
        <message>
            <source>Beyond, programming</source>
            <translation>Au-delà, programmation</translation>
        </message>
        <message>
            <source>Minimum</source>
            <translation>Minimum</translation>
        </message>
        <message>
            <source>free, for each request</source>
            <translation>offerts par demande</translation>
        </message>
        <message>
            <source>Free</source>
            <translation>Offerts</translation>
        </message>
        <message>
            <source>Several themes with commas between them</source>
            <translation>Plusieurs thèmes, séparés par des virgules</translation>
        </message>
        <message>
            <source>Skip</source>
            <translation>Passer</translation>
        </message>
        <message>
            <source>Previous</source>
            <translation>Précédent</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>Suivant</translation>
        </message>
        <message>
            <source>{number} of {count}</source>
            <translation>{number} sur {count}</translation>
        </message>
        <message>
            <source>Your account</source>
            <translation>Votre compte</translation>
        </message>
        <message>
            <source>Sign in here. The round button opens your menu: requests, notifications, preferences, languages, this tutorial and the registry.</source>
            <translation>Connectez-vous ici. Le bouton rond ouvre votre menu : demandes, notifications, préférences, langues, ce tutoriel et le registre.</translation>
        </message>
        <message>
            <source>Four pages</source>
            <translation>Quatre pages</translation>
        </message>
        <message>
            <source>Filters, results, requests and account, in the order of your work.</source>
            <translation>Filtres, résultats, demandes et compte, dans l'ordre de votre travail.</translation>
        </message>
        <message>
            <source>Where</source>
            <translation>Où</translation>
        </message>
        <message>
            <source>Draw an area on the map, import one from a file, a layer or a selection, or find a place by its name.</source>
            <translation>Dessinez une zone sur la carte, importez-la d'un fichier, d'une couche ou d'une sélection, ou cherchez un lieu par son nom.</translation>
        </message>
        <message>
            <source>What and when</source>
            <translation>Quoi et quand</translation>
        </message>
        <message>
            <source>Missions, dates, clouds and angle. The numbers follow each change, and so does the map.</source>
            <translation>Missions, dates, nuages et angle. Les nombres suivent chaque changement, la carte aussi.</translation>
        </message>
        <message>
            <source>The scenes found</source>
            <translation>Les scènes trouvées</translation>
        </message>
        <message>
            <source>As a list or as pictures. Tick some of them: the buttons below add them to the map, download them or order them.</source>
            <translation>En liste ou en vignettes. Cochez-en : les boutons du bas les ajoutent à la carte, les téléchargent ou les commandent.</translation>
        </message>
        <message>
            <source>Your projects</source>
            <translation>Vos projets</translation>
        </message>
        <message>
            <source>Images are requested within a project. The table of all projects opens in a window of its own.</source>
            <translation>Les images se demandent dans le cadre d'un projet. Le tableau de tous les projets s'ouvre dans sa propre fenêtre.</translation>
        </message>
        <message>
            <source>Your requests</source>
            <translation>Vos demandes</translation>
        </message>
        <message>
            <source>Ask for a new acquisition, follow each request, answer a quotation. Notifications tell you what changed.</source>
            <translation>Demandez une programmation, suivez chaque demande, répondez à un devis. Les notifications vous disent ce qui a changé.</translation>
        </message>
        <message>
            <source>What is free</source>
            <translation>Ce qui est offert</translation>
        </message>
        <message>
            <source>The free area of one request for each sensor, what more costs, and the calls that are open.</source>
            <translation>La surface offerte par demande pour chaque capteur, le prix au-delà, et les appels ouverts.</translation>
        </message>
        <message>
            <source>Acquisition request…</source>
            <translation>Demande d'acquisition…</translation>
        </message>
        <message>
            <source>Preferences…</source>
            <translation>Préférences…</translation>
        </message>
        <message>
            <source>Replay the tutorial</source>
            <translation>Rejouer le tutoriel</translation>
        </message>
        <message>
            <source>Registry</source>
            <translation>Registre</translation>
        </message>
        <message>
            <source>Membership of entities and accounts, in the browser</source>
            <translation>Adhésion des entités et comptes, dans le navigateur</translation>
        </message>
        <message>
            <source>Languages</source>
            <translation>Langues</translation>
        </message>
        <message numerus="yes">
            <source>%n unread notification(s)</source>
            <translation>
                <numerusform>%n notification non lue</numerusform>
                <numerusform>%n notifications non lues</numerusform>
            </translation>
        </message>
        <message>
            <source>Menu</source>
            <translation>Menu</translation>
        </message>
        <message>
            <source>Notifications ({count} unread)</source>
            <translation>Notifications ({count} non lues)</translation>
        </message>
        <message>
            <source>Menu of the account</source>
            <translation>Menu du compte</translation>
        </message>
        <message numerus="yes">
            <source>%n new notification(s)</source>
            <translation>
                <numerusform>%n nouvelle notification</numerusform>
                <numerusform>%n nouvelles notifications</numerusform>
            </translation>
        </message>
        <message>
            <source>Reading the calls</source>
            <translation>Lecture des appels</translation>
        </message>
        <message>
            <source>Changing the project</source>
            <translation>Modification du projet</translation>
        </message>
        <message>
            <source>Reading the history</source>
            <translation>Lecture de l'historique</translation>
        </message>
        <message>
            <source>Reading notifications</source>
            <translation>Lecture des notifications</translation>
        </message>
        <message>
            <source>Marking as read</source>
            <translation>Marquage comme lu</translation>
        </message>
        <message>
            <source>Reading preferences</source>
            <translation>Lecture des préférences</translation>
        </message>
        <message>
            <source>Keeping preferences</source>
            <translation>Enregistrement des préférences</translation>
        </message>
        <message>
            <source>The registry cannot be opened</source>
            <translation>Le registre ne peut pas être ouvert</translation>
        </message>
        <message>
            <source>Connect to a service first: its registry opens in the browser.</source>
            <translation>Connectez-vous d'abord à un service : son registre s'ouvre dans le navigateur.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="87" />
            <source>Unexpected error</source>
            <translation>Erreur inattendue</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="88" />
            <source>The plugin met an error that it did not foresee.</source>
            <translation>L'extension a rencontré une erreur qu'elle n'avait pas prévue.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="89" />
            <source>The log tab DINAMIS holds the details.</source>
            <translation>L'onglet DINAMIS du journal en donne le détail.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="267" />
            <location filename="../dinamis_plugin/controllers/messages.py" line="112" />
            <source>The first day comes after the last one.</source>
            <translation>Le premier jour vient après le dernier.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="113" />
            <source>This is not the address of a service.</source>
            <translation>Ce n'est pas l'adresse d'un service.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="114" />
            <source>One request is for scenes of one sensor that can be ordered.</source>
            <translation>Une demande porte sur des scènes commandables d'un seul capteur.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="115" />
            <source>Something that is required is missing.</source>
            <translation>Une information obligatoire manque.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="123" />
            <source>Try again in {seconds} s.</source>
            <translation>Réessayez dans {seconds} s.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="135" />
            <source>No answer in time</source>
            <translation>Pas de réponse à temps</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="136" />
            <source>The service, or the network to it, took too long to answer.</source>
            <translation>Le service, ou le réseau qui y mène, a mis trop de temps à répondre.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="137" />
            <source>Nothing was lost. Try again; if it lasts, check the network and QGIS's proxy.</source>
            <translation>Rien n'est perdu. Réessayez ; si cela dure, vérifiez le réseau et le proxy de QGIS.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/header.py" line="123" />
            <location filename="../dinamis_plugin/controllers/messages.py" line="142" />
            <source>Service not reachable</source>
            <translation>Service injoignable</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="143" />
            <source>Nothing answers at the address of the service.</source>
            <translation>Rien ne répond à l'adresse du service.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="144" />
            <source>Check the address, the network and the proxy set in QGIS's options.</source>
            <translation>Vérifiez l'adresse, le réseau et le proxy réglé dans les options de QGIS.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="147" />
            <source>Not a DINAMIS service</source>
            <translation>Ce n'est pas un service DINAMIS</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="148" />
            <source>Something answers at this address, but it is not a DINAMIS service.</source>
            <translation>Quelque chose répond à cette adresse, mais ce n'est pas un service DINAMIS.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="149" />
            <source>Check the address of the service.</source>
            <translation>Vérifiez l'adresse du service.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="152" />
            <source>Answer not understood</source>
            <translation>Réponse incomprise</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="153" />
            <source>The service answered something that the plugin cannot read.</source>
            <translation>Le service a répondu quelque chose que l'extension ne sait pas lire.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="154" />
            <source>A proxy or a login page of the network may stand in between. Try again later.</source>
            <translation>Un proxy ou un portail de connexion du réseau s'interpose peut-être. Réessayez plus tard.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="159" />
            <source>The service failed</source>
            <translation>Erreur du service</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="160" />
            <source>The service met an error of its own.</source>
            <translation>Le service a rencontré une erreur interne.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="161" />
            <source>Nothing was lost. Try again in a moment.</source>
            <translation>Rien n'est perdu. Réessayez dans un instant.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="164" />
            <source>Service not available</source>
            <translation>Service indisponible</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="165" />
            <source>The service is there, but cannot work at the moment.</source>
            <translation>Le service est joignable, mais ne peut pas travailler pour le moment.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="166" />
            <source>Try again in a few minutes.</source>
            <translation>Réessayez dans quelques minutes.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="169" />
            <source>Too many requests</source>
            <translation>Trop de requêtes</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="170" />
            <source>The service asks for a pause.</source>
            <translation>Le service demande une pause.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="171" />
            <source>Try again in a moment.</source>
            <translation>Réessayez dans un instant.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="61" />
            <location filename="../dinamis_plugin/controllers/messages.py" line="174" />
            <source>Cancelled</source>
            <translation>Annulée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="175" />
            <source>The work was stopped.</source>
            <translation>Le travail a été arrêté.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="184" />
            <source>Sign-in needed</source>
            <translation>Connexion nécessaire</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="185" />
            <source>The session is over, or you are not signed in.</source>
            <translation>La session est terminée, ou vous n'êtes pas connecté.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="186" />
            <source>Sign in, then try again.</source>
            <translation>Connectez-vous, puis réessayez.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="189" />
            <source>Sign-in refused</source>
            <translation>Connexion refusée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="190" />
            <source>The sign-in was refused in the browser.</source>
            <translation>La connexion a été refusée dans le navigateur.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="191" />
            <source>Start again if this was not meant.</source>
            <translation>Recommencez si ce n'était pas voulu.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="194" />
            <source>Sign-in expired</source>
            <translation>Connexion expirée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="195" />
            <source>The code was not confirmed in time, or the session has ended.</source>
            <translation>Le code n'a pas été confirmé à temps, ou la session est terminée.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="196" />
            <source>Sign in again.</source>
            <translation>Reconnectez-vous.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="199" />
            <source>Not allowed</source>
            <translation>Accès refusé</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="200" />
            <source>Your account does not give access to this.</source>
            <translation>Votre compte ne donne pas accès à cette ressource.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="201" />
            <source>The DINAMIS referent of your entity can tell what your account allows.</source>
            <translation>Le référent DINAMIS de votre entité peut vous dire ce que votre compte permet.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="209" />
            <source>Not found</source>
            <translation>Introuvable</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="210" />
            <source>The service does not know this any more.</source>
            <translation>Le service ne connaît plus cet élément.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="211" />
            <source>Search again: the catalogue may have changed.</source>
            <translation>Relancez la recherche : le catalogue a pu changer.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="214" />
            <source>Not possible now</source>
            <translation>Impossible pour le moment</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="215" />
            <source>This contradicts what the service already holds.</source>
            <translation>Cela contredit ce que le service détient déjà.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="216" />
            <source>Refresh the list, then try again.</source>
            <translation>Actualisez la liste, puis réessayez.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="219" />
            <source>Something is not right in the form</source>
            <translation>Le formulaire contient une erreur</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="220" />
            <source>The service refuses what was filled in.</source>
            <translation>Le service refuse ce qui a été saisi.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="221" />
            <source>Correct the fields that are marked. Nothing was sent twice, nothing was lost.</source>
            <translation>Corrigez les champs signalés. Rien n'a été envoyé deux fois, rien n'est perdu.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="231" />
            <source>Disk full</source>
            <translation>Disque plein</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="232" />
            <source>There is not enough room on the disk for this file.</source>
            <translation>Il n'y a pas assez de place sur le disque pour ce fichier.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="233" />
            <source>Free some room, then start the download again. The project is not touched.</source>
            <translation>Libérez de la place, puis relancez le téléchargement. Le projet n'est pas touché.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="238" />
            <source>File not reachable</source>
            <translation>Fichier inaccessible</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="239" />
            <source>The file or folder is not there any more, or cannot be written.</source>
            <translation>Le fichier ou le dossier n'existe plus, ou l'écriture y est impossible.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="240" />
            <source>Choose another folder.</source>
            <translation>Choisissez un autre dossier.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="243" />
            <source>Image not readable</source>
            <translation>Image illisible</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="244" />
            <source>The image was found, but its content cannot be read.</source>
            <translation>L'image existe, mais son contenu ne peut pas être lu.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="245" />
            <source>Tell the service desk of DINAMIS the name of the scene.</source>
            <translation>Indiquez le nom de la scène à l'assistance DINAMIS.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="251" />
            <source>Area not usable</source>
            <translation>Zone inutilisable</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="254" />
            <source>This file cannot be read as a map layer.</source>
            <translation>Ce fichier ne peut pas être lu comme une couche cartographique.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="255" />
            <source>GeoPackage, GeoJSON, Shapefile (also zipped), KML, KMZ and GPX are understood.</source>
            <translation>Les formats GeoPackage, GeoJSON, Shapefile (même compressé), KML, KMZ et GPX sont acceptés.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="260" />
            <source>There is no area in it.</source>
            <translation>Il ne contient aucune surface.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="261" />
            <source>Choose a layer with at least one polygon.</source>
            <translation>Choisissez une couche avec au moins un polygone.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="264" />
            <source>It does not say its coordinate reference system.</source>
            <translation>Il n'indique pas son système de coordonnées de référence.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="265" />
            <source>Choose the coordinate reference system, then import it again.</source>
            <translation>Choisissez le système de coordonnées de référence, puis réimportez-le.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="268" />
            <source>It holds points or lines, but no area.</source>
            <translation>Il contient des points ou des lignes, mais aucune surface.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="269" />
            <source>Draw a polygon, or make a buffer around the points or lines first.</source>
            <translation>Dessinez un polygone, ou créez d'abord une zone tampon autour des points ou des lignes.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="272" />
            <source>Its coordinates are not valid or could not be repaired.</source>
            <translation>Ses coordonnées ne sont pas valides ou n'ont pas pu être réparées.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="273" />
            <source>Check its coordinate reference system and its geometry in QGIS.</source>
            <translation>Vérifiez son système de coordonnées de référence et sa géométrie dans QGIS.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="276" />
            <source>It has too many vertices.</source>
            <translation>Il a trop de sommets.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="277" />
            <source>Simplify it in QGIS, then import it again.</source>
            <translation>Simplifiez-le dans QGIS, puis réimportez-le.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/layers.py" line="160" />
            <source>Loading images</source>
            <translation>Chargement des images</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/layers.py" line="259" />
            <source>Signing the images of the project</source>
            <translation>Signature des images du projet</translation>
        </message>
        <message numerus="yes">
            <location filename="../dinamis_plugin/controllers/layers.py" line="351" />
            <source>%n image(s) of this project wait for your sign-in.</source>
            <translation>
                <numerusform>%n image de ce projet attend votre connexion.</numerusform>
                <numerusform>%n images de ce projet attendent votre connexion.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <location filename="../dinamis_plugin/controllers/layer_notices.py" line="105" />
            <source>{names} and %n other(s)</source>
            <translation>
                <numerusform>{names} et %n autre</numerusform>
                <numerusform>{names} et %n autres</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/layers.py" line="354" />
            <source>They keep their place and style, and come alive by themselves.</source>
            <translation>Elles gardent leur place et leur style, et s'afficheront d'elles-mêmes.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/layers.py" line="355" />
            <source>Images waiting</source>
            <translation>Images en attente</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="107" />
            <location filename="../dinamis_plugin/gui/account_page.py" line="76" />
            <location filename="../dinamis_plugin/gui/header.py" line="37" />
            <location filename="../dinamis_plugin/controllers/session.py" line="423" />
            <location filename="../dinamis_plugin/controllers/session.py" line="336" />
            <location filename="../dinamis_plugin/controllers/layers.py" line="369" />
            <location filename="../dinamis_plugin/controllers/layers.py" line="357" />
            <source>Sign in</source>
            <translation>Se connecter</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="370" />
            <location filename="../dinamis_plugin/controllers/session.py" line="221" />
            <location filename="../dinamis_plugin/controllers/downloads.py" line="149" />
            <location filename="../dinamis_plugin/controllers/layers.py" line="370" />
            <source>Try again</source>
            <translation>Réessayer</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/layers.py" line="434" />
            <source>Nothing to load</source>
            <translation>Rien à charger</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/layers.py" line="435" />
            <source>{scene} has no image that can be loaded.</source>
            <translation>{scene} n'a aucune image à charger.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/downloads.py" line="190" />
            <location filename="../dinamis_plugin/controllers/layers.py" line="436" />
            <source>It may be orderable: use the order button.</source>
            <translation>Elle est peut-être commandable : utilisez le bouton de commande.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/layers.py" line="443" />
            <source>Image gone</source>
            <translation>Image disparue</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/layers.py" line="444" />
            <source>The file is not on the server any more.</source>
            <translation>Le fichier n'est plus sur le serveur.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/layers.py" line="445" />
            <source>Search for the scene again; the layer keeps its place meanwhile.</source>
            <translation>Recherchez de nouveau la scène ; la couche garde sa place en attendant.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/requests.py" line="109" />
            <source>Reading quotas</source>
            <translation>Lecture des quotas</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/requests.py" line="117" />
            <source>Reading projects</source>
            <translation>Lecture des projets</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/requests.py" line="122" />
            <source>Reading products</source>
            <translation>Lecture des produits</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/requests.py" line="128" />
            <source>Reading requests</source>
            <translation>Lecture des demandes</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/requests.py" line="139" />
            <source>Reading the form</source>
            <translation>Lecture du formulaire</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/requests.py" line="174" />
            <source>Sending the request</source>
            <translation>Envoi de la demande</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/requests.py" line="188" />
            <source>Creating the project</source>
            <translation>Création du projet</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/requests.py" line="198" />
            <source>Cancelling the request</source>
            <translation>Annulation de la demande</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/requests.py" line="213" />
            <source>Estimating the request</source>
            <translation>Estimation de la demande</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/dock.py" line="386" />
            <location filename="../dinamis_plugin/controllers/downloads.py" line="120" />
            <source>Downloading {name}</source>
            <translation>Téléchargement de {name}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/downloads.py" line="179" />
            <source>Save the project first</source>
            <translation>Enregistrez d'abord le projet</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/downloads.py" line="180" />
            <source>Downloads go into the folder of the project, and this project has none yet.</source>
            <translation>Les téléchargements vont dans le dossier du projet, et ce projet n'en a pas encore.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/downloads.py" line="181" />
            <source>Save the project, then start the download again, or choose a folder.</source>
            <translation>Enregistrez le projet, puis relancez le téléchargement, ou choisissez un dossier.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/downloads.py" line="188" />
            <source>Nothing to download</source>
            <translation>Rien à télécharger</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/downloads.py" line="189" />
            <source>{scene} has no image that can be downloaded.</source>
            <translation>{scene} n'a aucune image téléchargeable.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/search.py" line="129" />
            <source>Searching the catalogue</source>
            <translation>Recherche dans le catalogue</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="77" />
            <location filename="../dinamis_plugin/controllers/aois.py" line="72" />
            <source>Map extent</source>
            <translation>Emprise</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/aois.py" line="123" />
            <source>Area imported</source>
            <translation>Zone importée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/aois.py" line="137" />
            <source>Area {number}</source>
            <translation>Zone {number}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="147" />
            <source>Connect to a DINAMIS service first.</source>
            <translation>Indiquez d'abord un service DINAMIS.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="149" />
            <source>The connection is being made.</source>
            <translation>La connexion au service est en cours.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="150" />
            <source>The sign-in waits for your browser.</source>
            <translation>La connexion attend votre navigateur.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="151" />
            <source>Your session has ended: sign in again.</source>
            <translation>Votre session est terminée : reconnectez-vous.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="152" />
            <source>The service is not reachable.</source>
            <translation>Le service est injoignable.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="72" />
            <location filename="../dinamis_plugin/controllers/session.py" line="153" />
            <source>Sign in to load, download and order images.</source>
            <translation>Connectez-vous pour charger, télécharger et commander des images.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="191" />
            <source>Connecting to DINAMIS</source>
            <translation>Connexion à DINAMIS</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="256" />
            <source>The browser did not open: open the address above by hand.</source>
            <translation>Le navigateur ne s'est pas ouvert : ouvrez vous-même l'adresse ci-dessus.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="266" />
            <source>Starting the sign-in</source>
            <translation>Début de la connexion</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="316" />
            <location filename="../dinamis_plugin/controllers/session.py" line="279" />
            <source>Waiting for you to confirm in the browser.</source>
            <translation>En attente de votre confirmation dans le navigateur.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="292" />
            <source>Waiting for the sign-in</source>
            <translation>Attente de la connexion</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="306" />
            <source>Confirmed.</source>
            <translation>Confirmé.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="314" />
            <source>The service asks to be asked less often; still waiting for you.</source>
            <translation>Le service demande à être interrogé moins souvent ; toujours en attente de votre confirmation.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="323" />
            <source>The network is lost; trying again by itself.</source>
            <translation>Le réseau est perdu ; nouvelle tentative automatique.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="360" />
            <source>Reading your account</source>
            <translation>Lecture de votre compte</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="407" />
            <source>Renewing the session</source>
            <translation>Renouvellement de la session</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="442" />
            <source>Signing out</source>
            <translation>Déconnexion</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="467" />
            <source>Signed in until QGIS closes</source>
            <translation>Connecté jusqu'à la fermeture de QGIS</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="468" />
            <source>QGIS's password store is not open: the session lives in memory only, nothing is on disk.</source>
            <translation>Le coffre de mots de passe de QGIS n'est pas ouvert : la session ne vit qu'en mémoire, rien n'est écrit sur le disque.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="472" />
            <source>With a master password of QGIS the session is kept encrypted for the next time.</source>
            <translation>Avec un mot de passe principal QGIS, la session est conservée chiffrée pour la prochaine fois.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="475" />
            <source>Remember this session</source>
            <translation>Mémoriser cette session</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="480" />
            <source>A session is kept on this computer</source>
            <translation>Une session est conservée sur cet ordinateur</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="481" />
            <source>It is encrypted with QGIS's master password, which was not given yet.</source>
            <translation>Elle est chiffrée par le mot de passe principal de QGIS, qui n'a pas encore été saisi.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="482" />
            <source>Unlock</source>
            <translation>Déverrouiller</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="495" />
            <source>Signed out here only</source>
            <translation>Déconnecté ici seulement</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="496" />
            <source>Everything was forgotten on this computer, but the service could not be told.</source>
            <translation>Tout a été oublié sur cet ordinateur, mais le service n'a pas pu être prévenu.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="497" />
            <source>The session ends there by itself; your account page can end it at once.</source>
            <translation>La session y prendra fin d'elle-même ; la page de votre compte permet de la clore tout de suite.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="504" />
            <source>Password store not cleaned</source>
            <translation>Coffre de mots de passe non nettoyé</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="505" />
            <source>QGIS did not let the kept session be removed from its authentication database.</source>
            <translation>QGIS n'a pas permis de retirer la session conservée de sa base d'authentification.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="508" />
            <source>It does not work any more once the service was told of the sign-out.</source>
            <translation>Elle ne fonctionne plus dès que le service a été prévenu de la déconnexion.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="515" />
            <source>Not an address</source>
            <translation>Adresse incorrecte</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="516" />
            <source>The address of the service cannot be used.</source>
            <translation>L'adresse du service n'est pas utilisable.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/session.py" line="517" />
            <source>It looks like https://dinamis.example.org</source>
            <translation>Elle ressemble à https://dinamis.example.org</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/thumbnails.py" line="56" />
            <source>Reading a thumbnail</source>
            <translation>Lecture d'une vignette</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/qgisio/geometry.py" line="151" />
            <source>Its outline crossed itself and was repaired.</source>
            <translation>Son contour se croisait et a été réparé.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/qgisio/geometry.py" line="204" />
            <source>{count} areas joined into one.</source>
            <translation>{count} zones réunies en une seule.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/qgisio/geometry.py" line="207" />
            <source>{count} outlines were repaired.</source>
            <translation>{count} contours ont été réparés.</translation>
        </message>
        <message numerus="yes">
            <location filename="../dinamis_plugin/gui/scene_card.py" line="95" />
            <source>%n scene(s) chosen</source>
            <translation>
                <numerusform>%n scène choisie</numerusform>
                <numerusform>%n scènes choisies</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/scene_card.py" line="100" />
            <source>{downloadable} downloadable, {orderable} orderable</source>
            <translation>Téléchargeables : {downloadable}, commandables : {orderable}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/scene_card.py" line="114" />
            <source>{size} m</source>
            <translation>{size} m</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/scene_card.py" line="118" />
            <source>cloud {cloud} %</source>
            <translation>nuage {cloud} %</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/scene_card.py" line="121" />
            <source>synthetic image</source>
            <translation>image synthétique</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/scene_card.py" line="123" />
            <source>open data</source>
            <translation>données ouvertes</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/dock.py" line="70" />
            <location filename="../dinamis_plugin/gui/missing.py" line="18" />
            <source>DINAMIS</source>
            <translation>DINAMIS</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/missing.py" line="20" />
            <source>A Python package is missing: {package}</source>
            <translation>Un module Python manque : {package}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/missing.py" line="43" />
            <source>The plugin cannot work without it.

Debian, Ubuntu: sudo apt install python3-{package}
Fedora: sudo dnf install python3-{package}
Windows: OSGeo4W Shell, then: python -m pip install {package}
macOS: it comes with QGIS; install QGIS again.

Then start QGIS again.</source>
            <translation>L'extension ne peut pas fonctionner sans lui.

Debian, Ubuntu : sudo apt install python3-{package}
Fedora : sudo dnf install python3-{package}
Windows : OSGeo4W Shell, puis : python -m pip install {package}
macOS : il est fourni avec QGIS ; réinstallez QGIS.

Relancez ensuite QGIS.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/notices.py" line="43" />
            <source>Close the message</source>
            <translation>Fermer le message</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/notices.py" line="49" />
            <location filename="../dinamis_plugin/gui/notices.py" line="48" />
            <source>Next message</source>
            <translation>Message suivant</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/activity.py" line="79" />
            <source>Cancel: {work}</source>
            <translation>Annuler : {work}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="55" />
            <source>All products</source>
            <translation>Tous les produits</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="56" />
            <source>Downloadable</source>
            <translation>Téléchargeable</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="57" />
            <source>Orderable</source>
            <translation>Commandable</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="65" />
            <source>Orderable (Airbus archive)</source>
            <translation>Commandable (archive Airbus)</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="66" />
            <source>PWH (computed on demand)</source>
            <translation>PWH (calcul à la demande)</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="231" />
            <location filename="../dinamis_plugin/gui/filters.py" line="136" />
            <location filename="../dinamis_plugin/gui/filters.py" line="97" />
            <source>Product type</source>
            <translation>Type de produits</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="101" />
            <source>All</source>
            <translation>Toutes</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="104" />
            <source>First day of acquisition</source>
            <translation>Premier jour d'acquisition</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="105" />
            <source>Last day of acquisition</source>
            <translation>Dernier jour d'acquisition</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="39" />
            <location filename="../dinamis_plugin/gui/filters.py" line="106" />
            <source> %</source>
            <translation> %</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="40" />
            <location filename="../dinamis_plugin/gui/filters.py" line="111" />
            <location filename="../dinamis_plugin/gui/filters.py" line="107" />
            <source>Largest cloud cover</source>
            <translation>Couverture nuageuse maximale</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="45" />
            <location filename="../dinamis_plugin/gui/filters.py" line="112" />
            <source>°</source>
            <translation>°</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="46" />
            <location filename="../dinamis_plugin/gui/filters.py" line="113" />
            <source>Largest incidence angle</source>
            <translation>Angle d'incidence maximal</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="231" />
            <location filename="../dinamis_plugin/gui/filters.py" line="116" />
            <source>Search</source>
            <translation>Rechercher</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="139" />
            <source>Dates of acquisition</source>
            <translation>Dates d'acquisition</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="144" />
            <source>Quality</source>
            <translation>Qualité</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="307" />
            <location filename="../dinamis_plugin/gui/filters.py" line="147" />
            <source>Satellite missions</source>
            <translation>Missions satellitaires</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="70" />
            <location filename="../dinamis_plugin/gui/filters.py" line="176" />
            <source>Cloud, at most</source>
            <translation>Nuage max.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="71" />
            <location filename="../dinamis_plugin/gui/filters.py" line="179" />
            <source>Incidence, at most</source>
            <translation>Angle d'incidence max.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="270" />
            <location filename="../dinamis_plugin/gui/filters.py" line="231" />
            <source>Searching…</source>
            <translation>Recherche en cours…</translation>
        </message>
        <message numerus="yes">
            <location filename="../dinamis_plugin/gui/filters.py" line="280" />
            <source>%n area(s)</source>
            <translation>
                <numerusform>%n zone</numerusform>
                <numerusform>%n zones</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="293" />
            <source>Cloud ≤ {limit} %</source>
            <translation>Nuage ≤ {limit} %</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="296" />
            <source>Angle ≤ {limit}°</source>
            <translation>Angle ≤ {limit}°</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/questions.py" line="31" />
            <source>Layer to import</source>
            <translation>Couche à importer</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/questions.py" line="32" />
            <source>The file holds several layers:</source>
            <translation>Le fichier contient plusieurs couches :</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/questions.py" line="40" />
            <source>Coordinate reference system of the file</source>
            <translation>Système de coordonnées de référence du fichier</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/questions.py" line="41" />
            <source>The file does not say its coordinate reference system.</source>
            <translation>Le fichier n'indique pas son système de coordonnées de référence.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/schema_form.py" line="134" />
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="105" />
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="78" />
            <source>Project</source>
            <translation>Projet</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="115" />
            <location filename="../dinamis_plugin/gui/requests_page.py" line="52" />
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="81" />
            <source>New project…</source>
            <translation>Nouveau projet…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="65" />
            <location filename="../dinamis_plugin/gui/sign_in.py" line="60" />
            <location filename="../dinamis_plugin/gui/results.py" line="198" />
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="100" />
            <source>Cancel</source>
            <translation>Annuler</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="150" />
            <source>The request is sent.</source>
            <translation>La demande est envoyée.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="156" />
            <source>It is in the list of the Requests tab, with its state.</source>
            <translation>Elle figure dans l'onglet Demandes, avec son état.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="162" />
            <source>Close</source>
            <translation>Fermer</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="275" />
            <source>Fill in what is marked first.</source>
            <translation>Complétez d'abord ce qui est signalé.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="315" />
            <source>The request is being sent…</source>
            <translation>La demande est en cours d'envoi…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="317" />
            <source>Create a project first: requests belong to a project.</source>
            <translation>Créez d'abord un projet : toute demande appartient à un projet.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="322" />
            <source>The service would refuse this request: see the messages.</source>
            <translation>Le service refuserait cette demande : voyez les messages.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="332" />
            <source>Estimating…</source>
            <translation>Estimation en cours…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="347" />
            <source>No estimate</source>
            <translation>Pas d'estimation</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="359" />
            <source>Area counted: {area}</source>
            <translation>Surface comptée : {area}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="361" />
            <source>at least {area}</source>
            <translation>au minimum {area}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="368" />
            <source>No quota is defined for this sensor in {year}.</source>
            <translation>Aucun quota n'est défini pour ce capteur en {year}.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="371" />
            <source>Quota {year} per request: {quota}</source>
            <translation>Quota {year} par demande : {quota}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="375" />
            <source>{share} taken</source>
            <translation>{share} utilisés</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="142" />
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="378" />
            <source>{area} beyond the quota</source>
            <translation>{area} au-delà du quota</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="389" />
            <source>credits</source>
            <translation>crédits</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/dock.py" line="110" />
            <source>Filters</source>
            <translation>Filtres</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="65" />
            <location filename="../dinamis_plugin/gui/dock.py" line="283" />
            <location filename="../dinamis_plugin/gui/dock.py" line="111" />
            <source>Results</source>
            <translation>Résultats</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="80" />
            <location filename="../dinamis_plugin/gui/requests_page.py" line="44" />
            <location filename="../dinamis_plugin/gui/dock.py" line="112" />
            <source>Requests</source>
            <translation>Demandes</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/dock.py" line="113" />
            <source>Account</source>
            <translation>Compte</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/dock.py" line="370" />
            <source>Loading images…</source>
            <translation>Chargement des images…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/dock.py" line="378" />
            <source>Folder for the images</source>
            <translation>Dossier des images</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="188" />
            <source>Choose on the map</source>
            <translation>Choisir sur la carte</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="191" />
            <source>Choose scenes by clicking their footprints on the map</source>
            <translation>Choisir des scènes en cliquant sur leurs emprises sur la carte</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="204" />
            <source>Add to map</source>
            <translation>Ajouter à la carte</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="208" />
            <source>Download…</source>
            <translation>Télécharger…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="211" />
            <source>Order…</source>
            <translation>Commander…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="214" />
            <source>Zoom to</source>
            <translation>Zoomer</translation>
        </message>
        <message numerus="yes">
            <location filename="../dinamis_plugin/gui/results.py" line="282" />
            <source>%n scene(s)</source>
            <translation>
                <numerusform>%n scène</numerusform>
                <numerusform>%n scènes</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="286" />
            <source>{loaded} listed</source>
            <translation>{loaded} affichées</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="323" />
            <source>Remove all filters</source>
            <translation>Tout retirer</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="336" />
            <source>Remove this filter and search again</source>
            <translation>Retirer ce filtre et relancer la recherche</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="355" />
            <source>The catalogue is being searched…</source>
            <translation>Recherche dans le catalogue…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="358" />
            <source>No scene matches: widen the dates, the area or the cloud limit.</source>
            <translation>Aucune scène ne correspond : élargissez les dates, la zone ou la limite de nuages.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="359" />
            <source>Change the filters</source>
            <translation>Modifier les filtres</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="363" />
            <source>Choose an area and filters, then search the catalogue.</source>
            <translation>Choisissez une zone et des filtres, puis lancez la recherche.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="364" />
            <source>Set the filters</source>
            <translation>Régler les filtres</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="375" />
            <source>Zoom to the chosen scenes</source>
            <translation>Zoomer sur les scènes choisies</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="386" />
            <source>Not downloadable: this archive has to be ordered first.</source>
            <translation>Non téléchargeable : cette archive doit d'abord être commandée.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="395" />
            <source>Nothing to order: already in the DINAMIS catalogue.</source>
            <translation>Rien à commander : déjà au catalogue DINAMIS.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results.py" line="405" />
            <source>Choose one or more scenes in the list.</source>
            <translation>Choisissez une ou plusieurs scènes dans la liste.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="29" />
            <source>Request a new acquisition</source>
            <translation>Demande de programmation</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="68" />
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="33" />
            <source>Product</source>
            <translation>Produit</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="34" />
            <source>First day of the window</source>
            <translation>Premier jour de la période</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="35" />
            <source>Last day of the window</source>
            <translation>Dernier jour de la période</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="48" />
            <source>New acquisition over my areas of interest</source>
            <translation>Nouvelle programmation sur mes zones d'intérêt</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="69" />
            <source>Window</source>
            <translation>Période</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="71" />
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="72" />
            <source>Acquisition</source>
            <translation>Programmation</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="116" />
            <source>The products are being read…</source>
            <translation>Lecture des produits…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/programming_dialog.py" line="118" />
            <source>The window must be at least {days} days long.</source>
            <translation>La période doit durer au moins {days} jours.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/sign_in.py" line="36" />
            <source>Copy the code</source>
            <translation>Copier le code</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/sign_in.py" line="48" />
            <source>QR code of the sign-in page</source>
            <translation>Code QR de la page de connexion</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/sign_in.py" line="50" />
            <source>State of the sign-in</source>
            <translation>État de la connexion</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/sign_in.py" line="56" />
            <source>Open the browser</source>
            <translation>Ouvrir le navigateur</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/sign_in.py" line="70" />
            <source>1. Open this page, or scan the QR code:</source>
            <translation>1. Ouvrez cette page, ou scannez le code QR :</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/sign_in.py" line="73" />
            <source>2. Check or type this code:</source>
            <translation>2. Vérifiez ou saisissez ce code :</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/sign_in.py" line="82" />
            <source>Finish the sign-in in your browser</source>
            <translation>Terminez la connexion dans votre navigateur</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/sign_in.py" line="123" />
            <source>Copied</source>
            <translation>Copié</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/order_dialog.py" line="42" />
            <source>Scenes of the order</source>
            <translation>Scènes de la commande</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="222" />
            <location filename="../dinamis_plugin/gui/order_dialog.py" line="47" />
            <source>Sensor</source>
            <translation>Capteur</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="223" />
            <location filename="../dinamis_plugin/gui/order_dialog.py" line="48" />
            <source>Date</source>
            <translation>Date</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="224" />
            <location filename="../dinamis_plugin/gui/order_dialog.py" line="49" />
            <source>Cloud %</source>
            <translation>Nuage %</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="225" />
            <location filename="../dinamis_plugin/gui/order_dialog.py" line="50" />
            <source>Angle °</source>
            <translation>Angle °</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/order_dialog.py" line="57" />
            <source>Scenes</source>
            <translation>Scènes</translation>
        </message>
        <message numerus="yes">
            <location filename="../dinamis_plugin/gui/order_dialog.py" line="78" />
            <source>%n scene(s) to order: {sensor}</source>
            <translation>
                <numerusform>%n scène à commander : {sensor}</numerusform>
                <numerusform>%n scènes à commander : {sensor}</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/order_dialog.py" line="84" />
            <source>Request {number} of {count}: a request is for one sensor, so the choice was split.</source>
            <translation>Demande {number} sur {count} : une demande porte sur un seul capteur, la sélection a donc été répartie.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/order_dialog.py" line="107" />
            <source>Next request: {sensor}</source>
            <translation>Demande suivante : {sensor}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="38" />
            <source>New project</source>
            <translation>Nouveau projet</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="43" />
            <source>Title</source>
            <translation>Titre</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="44" />
            <source>Themes</source>
            <translation>Thèmes</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="45" />
            <source>Agriculture, biodiversity…</source>
            <translation>Agriculture, biodiversité…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="48" />
            <source>End date</source>
            <translation>Date de fin</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="52" />
            <source>Description</source>
            <translation>Description</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="53" />
            <source>Objectives</source>
            <translation>Objectifs</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="54" />
            <source>Methodology</source>
            <translation>Méthodologie</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="55" />
            <source>Expected results</source>
            <translation>Résultats attendus</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="56" />
            <source>Earlier publications</source>
            <translation>Publications antérieures</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="61" />
            <source>Create the project</source>
            <translation>Créer le projet</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="156" />
            <source>Give the project a title.</source>
            <translation>Donnez un titre au projet.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="158" />
            <source>Describe the project in a few words.</source>
            <translation>Décrivez le projet en quelques mots.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/project_dialog.py" line="162" />
            <source>Fill in objectives, methodology and expected results.</source>
            <translation>Renseignez objectifs, méthodologie et résultats attendus.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/header.py" line="41" />
            <source>Sign out</source>
            <translation>Se déconnecter</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/header.py" line="44" />
            <source>Sign out: the session ends at the service too</source>
            <translation>Se déconnecter : la session prend fin aussi côté service</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/integrations/options_page.py" line="33" />
            <location filename="../dinamis_plugin/gui/header.py" line="50" />
            <source>Address of the service</source>
            <translation>Adresse du service</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/integrations/options_page.py" line="27" />
            <location filename="../dinamis_plugin/gui/header.py" line="51" />
            <source>Address of the service (https://…)</source>
            <translation>Adresse du service (https://…)</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/header.py" line="55" />
            <source>Connect</source>
            <translation>Connecter</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/header.py" line="57" />
            <source>Use the service at this address</source>
            <translation>Utiliser le service à cette adresse</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/header.py" line="118" />
            <source>Not signed in</source>
            <translation>Mode non-authentifié</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/header.py" line="119" />
            <source>Connecting…</source>
            <translation>Connexion…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/header.py" line="120" />
            <source>Waiting for your browser…</source>
            <translation>En attente du navigateur…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/header.py" line="121" />
            <source>Signed in</source>
            <translation>Connecté</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/header.py" line="122" />
            <source>Session ended</source>
            <translation>Session terminée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="41" />
            <source>The quotas are being read…</source>
            <translation>Lecture des quotas…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="75" />
            <source>Sign in to see your entity and your quotas.</source>
            <translation>Connectez-vous pour voir votre entité et vos quotas.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="116" />
            <source>Area asked for this year, beside the quota of one request</source>
            <translation>Surface demandée cette année, rapportée au quota d'une demande</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="128" />
            <source>Scientific user, France</source>
            <translation>Scientifique français</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="129" />
            <source>Public actor, France</source>
            <translation>Acteur public français</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="130" />
            <source>Private research and development</source>
            <translation>R&amp;D privée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="131" />
            <source>Contractor of public procurement</source>
            <translation>Prestataire de la commande publique</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="132" />
            <source>Foreign scientific user</source>
            <translation>Scientifique étranger</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="138" />
            <source>DINAMIS referent</source>
            <translation>référent DINAMIS</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="139" />
            <source>legal representative</source>
            <translation>représentant légal</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="140" />
            <source>DINAMIS operator</source>
            <translation>opérateur DINAMIS</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="146" />
            <source>not defined</source>
            <translation>non défini</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="148" />
            <source>no free area</source>
            <translation>pas de gratuité</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="156" />
            <source>Asked for this year: {area} (for information)</source>
            <translation>Demandés cette année : {area} (pour information)</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="159" />
            <source>{credits} credits of {area}</source>
            <translation>{credits} crédits de {area}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/account_page.py" line="179" />
            <source>{euros} a credit</source>
            <translation>{euros} le crédit</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="200" />
            <source>Metadata only</source>
            <translation>Métadonnées seules</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="224" />
            <source>Cloud</source>
            <translation>Nuage</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="225" />
            <source>Angle</source>
            <translation>Angle</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="232" />
            <source>Satellite mission</source>
            <translation>Mission satellitaire</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="233" />
            <source>Acquisition, in local time</source>
            <translation>Acquisition, en heure locale</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="234" />
            <source>Cloud cover in percent</source>
            <translation>Couverture nuageuse en pour cent</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_model.py" line="235" />
            <source>Incidence angle in degrees</source>
            <translation>Angle d'incidence en degrés</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="77" />
            <location filename="../dinamis_plugin/gui/requests_page.py" line="43" />
            <source>Projects</source>
            <translation>Projets</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="56" />
            <source>Refresh</source>
            <translation>Actualiser</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="60" />
            <source>New acquisition…</source>
            <translation>Nouvelle programmation…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="65" />
            <source>Cancel the request…</source>
            <translation>Annuler la demande…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="114" />
            <source>Images are requested within a project.</source>
            <translation>Les images se demandent dans le cadre d'un projet.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="124" />
            <source>No request yet: order a scene from the results, or ask for a new acquisition.</source>
            <translation>Aucune demande : commandez une scène depuis les résultats, ou demandez une programmation.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="148" />
            <source>This request is over: it cannot be cancelled.</source>
            <translation>Cette demande est terminée : elle ne peut plus être annulée.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="167" />
            <location filename="../dinamis_plugin/gui/requests_page.py" line="163" />
            <source>Cancel the request</source>
            <translation>Annuler la demande</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="164" />
            <source>Cancel the request {id}?</source>
            <translation>Annuler la demande {id} ?</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="165" />
            <source>This cannot be undone; a new request can be made.</source>
            <translation>C'est définitif ; une nouvelle demande reste possible.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="169" />
            <source>Keep it</source>
            <translation>La garder</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/formats.py" line="41" />
            <source>{area} km²</source>
            <translation>{area} km²</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/formats.py" line="46" />
            <source>{value} %</source>
            <translation>{value} %</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/formats.py" line="51" />
            <source>{angle}°</source>
            <translation>{angle}°</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/formats.py" line="57" />
            <source>price not defined</source>
            <translation>prix non défini</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/formats.py" line="58" />
            <source>{amount} €</source>
            <translation>{amount} €</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="51" />
            <source>Draft</source>
            <translation>Brouillon</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="52" />
            <source>Submitted</source>
            <translation>Envoyée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="53" />
            <source>In arbitration</source>
            <translation>Arbitrage de la demande</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="54" />
            <source>Quotation to accept</source>
            <translation>Devis à accepter</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="55" />
            <source>Accepted</source>
            <translation>Acceptée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="56" />
            <source>In production</source>
            <translation>En production</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="57" />
            <source>Programmed</source>
            <translation>Programmée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="58" />
            <source>Acquisition in progress</source>
            <translation>Acquisition en cours</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="59" />
            <source>Delivered</source>
            <translation>Livrée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="60" />
            <source>Rejected</source>
            <translation>Refusée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="62" />
            <source>Failed</source>
            <translation>En échec</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="63" />
            <source>Expired</source>
            <translation>Expirée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="70" />
            <source>Archive</source>
            <translation>Archive</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="135" />
            <source>Submitted {when}</source>
            <translation>Envoyée le {when}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="138" />
            <source>Last change {when}</source>
            <translation>Dernier changement le {when}</translation>
        </message>
        <message numerus="yes">
            <location filename="../dinamis_plugin/gui/requests_models.py" line="197" />
            <source>%n request(s)</source>
            <translation>
                <numerusform>%n demande</numerusform>
                <numerusform>%n demandes</numerusform>
            </translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="200" />
            <source>until {day}</source>
            <translation>jusqu'au {day}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="250" />
            <source>Open</source>
            <translation>Ouvert</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_models.py" line="250" />
            <source>Closed</source>
            <translation>Clos</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="236" />
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="53" />
            <source>Areas of interest</source>
            <translation>Zones d'intérêt</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="60" />
            <source>Rectangle</source>
            <translation>Rectangle</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="63" />
            <source>Draw a rectangle: drag, or click two corners. Esc gives up.</source>
            <translation>Dessiner un rectangle : glissez, ou cliquez sur deux coins. Échap abandonne.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="67" />
            <source>Polygon</source>
            <translation>Polygone</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="70" />
            <source>Draw a polygon: click its corners, end with a right click or a double click. Esc gives up.</source>
            <translation>Dessiner un polygone : cliquez sur ses sommets, terminez par un clic droit ou un double clic. Échap abandonne.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="80" />
            <source>Take what the map shows as an area</source>
            <translation>Prendre ce que montre la carte comme zone</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="84" />
            <source>Import…</source>
            <translation>Importer…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="87" />
            <source>Import areas from a file (GeoPackage, Shapefile, GeoJSON, KML, GPX, ZIP…)</source>
            <translation>Importer des zones d'un fichier (GeoPackage, Shapefile, GeoJSON, KML, GPX, ZIP…)</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="102" />
            <source>Remove all</source>
            <translation>Tout supprimer</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="105" />
            <source>Remove all areas</source>
            <translation>Supprimer toutes les zones</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="123" />
            <source>Area of all areas of interest</source>
            <translation>Surface de toutes les zones d'intérêt</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="131" />
            <source>Reading the file…</source>
            <translation>Lecture du fichier…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="171" />
            <source>Draw on the map. Esc gives up.</source>
            <translation>Dessinez sur la carte. Échap abandonne.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="194" />
            <source>{area} so far. Esc gives up.</source>
            <translation>{area} pour l'instant. Échap abandonne.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="196" />
            <source>{area} so far. Right click or double click ends, Esc gives up.</source>
            <translation>{area} pour l'instant. Clic droit ou double clic termine, Échap abandonne.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="201" />
            <source>No area: the whole catalogue is searched.</source>
            <translation>Aucune zone : tout le catalogue est parcouru.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="211" />
            <source>Area files</source>
            <translation>Fichiers de zones</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="213" />
            <source>All files</source>
            <translation>Tous les fichiers</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="217" />
            <source>Import areas of interest</source>
            <translation>Importer des zones d'intérêt</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="273" />
            <source>Remove {name}</source>
            <translation>Supprimer {name}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/schema_form.py" line="135" />
            <source>Request</source>
            <translation>Demande</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/schema_form.py" line="137" />
            <source>Options</source>
            <translation>Options</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/schema_form.py" line="142" />
            <source>To be filled in.</source>
            <translation>À renseigner.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/schema_form.py" line="143" />
            <source>Not one of the choices.</source>
            <translation>Ce n'est pas un des choix.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/schema_form.py" line="144" />
            <source>Outside of the allowed range.</source>
            <translation>Hors des limites permises.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/schema_form.py" line="145" />
            <source>Too long.</source>
            <translation>Trop long.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/schema_form.py" line="222" />
            <source>Separate with commas</source>
            <translation>Séparez par des virgules</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/integrations/options_page.py" line="28" />
            <source>A scene dropped on the map is always downloaded</source>
            <translation>Une scène déposée sur la carte est toujours téléchargée</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/integrations/options_page.py" line="30" />
            <source>Otherwise only when Ctrl is held at the drop</source>
            <translation>Sinon, seulement si Ctrl est maintenu au moment du dépôt</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/schema_form.py" line="191" />
            <source>Not possible together with the other options.</source>
            <translation>Impossible avec les autres options.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="191" />
            <source>Accept the quotation</source>
            <translation>Accepter le devis</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/quotation.py" line="31" />
            <source>Accept the quotation…</source>
            <translation>Accepter le devis…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="206" />
            <source>Decline the quotation</source>
            <translation>Refuser le devis</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/quotation.py" line="36" />
            <source>Decline the quotation…</source>
            <translation>Refuser le devis…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="192" />
            <source>Accept the quotation of the request {id}?</source>
            <translation>Accepter le devis de la demande {id} ?</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="207" />
            <source>Decline the quotation of the request {id}?</source>
            <translation>Refuser le devis de la demande {id} ?</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="194" />
            <source>{price}. The images are then ordered from the supplier at this price.</source>
            <translation>{price}. Les images sont alors commandées au fournisseur à ce prix.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="209" />
            <source>{price}. The request is then cancelled; a new one can be made.</source>
            <translation>{price}. La demande est alors annulée ; une nouvelle demande reste possible.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="196" />
            <source>Accept</source>
            <translation>Accepter</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="211" />
            <source>Decline</source>
            <translation>Refuser</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="197" />
            <source>Not now</source>
            <translation>Pas maintenant</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/quotation.py" line="58" />
            <source>Quotation: {euros}</source>
            <translation>Devis : {euros}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/quotation.py" line="57" />
            <source>Quotation without a price</source>
            <translation>Devis sans prix</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/requests.py" line="208" />
            <source>Accepting the quotation</source>
            <translation>Acceptation du devis</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/requests_page.py" line="169" />
            <source>This request is under way: it cannot be cancelled any more.</source>
            <translation>Cette demande est en cours de traitement : elle ne peut plus être annulée.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/search.py" line="168" />
            <source>No service</source>
            <translation>Aucun service</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/search.py" line="170" />
            <source>Its address goes at the top of the panel.</source>
            <translation>Son adresse se saisit en haut du panneau.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/aois.py" line="1" />
            <source>Joining the areas of interest</source>
            <translation>Réunion des zones d'intérêt</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/aoi_panel.py" line="1" />
            <source>Computing…</source>
            <translation>Calcul en cours…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="1" />
            <source>The areas of interest are being joined…</source>
            <translation>Les zones d'intérêt sont en cours de réunion…</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="1" />
            <source>It lies where its coordinate reference system has no meaning.</source>
            <translation>Elle se trouve là où son système de coordonnées de référence n'a pas de sens.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/controllers/messages.py" line="1" />
            <source>Check that its coordinates and its coordinate reference system belong together.</source>
            <translation>Vérifiez que ses coordonnées et son système de coordonnées de référence vont ensemble.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="1" />
            <source>The options of the product could not be read.</source>
            <translation>Les options du produit n'ont pas pu être lues.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/request_dialog.py" line="1" />
            <source>The options of the product are being read…</source>
            <translation>Lecture des options du produit…</translation>
        </message>
        <message>
            <source>Removing an unfinished download</source>
            <translation>Suppression d'un téléchargement inachevé</translation>
        </message>
        <message>
            <source>Reading the downloads of the last session</source>
            <translation>Lecture des téléchargements de la dernière session</translation>
        </message>
        <message>
            <source>Noting the downloads</source>
            <translation>Enregistrement de la liste des téléchargements</translation>
        </message>
        <message>
            <source>Estimating the download</source>
            <translation>Estimation du téléchargement</translation>
        </message>
        <message>
            <source>Looking at {name}</source>
            <translation>Vérification de {name}</translation>
        </message>
        <message>
            <source>File not as promised</source>
            <translation>Fichier non conforme</translation>
        </message>
        <message>
            <source>What came is not the file that the catalogue describes; nothing was kept.</source>
            <translation>Le fichier reçu n'est pas celui que décrit le catalogue ; rien n'a été conservé.</translation>
        </message>
        <message>
            <source>Try again; if it lasts, tell the service desk the name of the scene.</source>
            <translation>Réessayez ; si cela persiste, indiquez le nom de la scène à l'assistance.</translation>
        </message>
        <message>
            <source>Outside the image</source>
            <translation>Hors de l'image</translation>
        </message>
        <message>
            <source>The area of interest does not touch this image.</source>
            <translation>La zone d'intérêt ne touche pas cette image.</translation>
        </message>
        <message>
            <source>Choose another area, or download the whole image.</source>
            <translation>Choisissez une autre zone, ou téléchargez l'image entière.</translation>
        </message>
        <message>
            <source>Not to be cut</source>
            <translation>Découpe impossible</translation>
        </message>
        <message>
            <source>No part of this image can be fetched alone.</source>
            <translation>Aucune partie de cette image ne peut être récupérée seule.</translation>
        </message>
        <message>
            <source>Download the whole image.</source>
            <translation>Téléchargez l'image entière.</translation>
        </message>
        <message>
            <source>Preparing the offline pack</source>
            <translation>Préparation du paquet hors ligne</translation>
        </message>
        <message>
            <source>Writing the offline pack</source>
            <translation>Écriture du paquet hors ligne</translation>
        </message>
        <message>
            <source>Packing the offline pack</source>
            <translation>Compression du paquet hors ligne</translation>
        </message>
        <message>
            <source>The catalogue does not say how large the images are.</source>
            <translation>Le catalogue n'indique pas la taille des images.</translation>
        </message>
        <message>
            <source>About {size} will come, of {whole} in all.</source>
            <translation>Environ {size} à récupérer, sur {whole} en tout.</translation>
        </message>
        <message>
            <source>About {size} will come.</source>
            <translation>Environ {size} à récupérer.</translation>
        </message>
        <message>
            <source>Download</source>
            <translation>Télécharger</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>Dossier</translation>
        </message>
        <message>
            <source>Browse…</source>
            <translation>Parcourir…</translation>
        </message>
        <message>
            <source>Only the area of interest</source>
            <translation>Seulement la zone d'intérêt</translation>
        </message>
        <message>
            <source>Offline pack for the field</source>
            <translation>Paquet hors ligne pour le terrain</translation>
        </message>
        <message>
            <source>Images, styles, metadata, licences and a project, in one folder</source>
            <translation>Images, styles, métadonnées, licences et un projet, dans un seul dossier</translation>
        </message>
        <message>
            <source>dinamis-pack</source>
            <translation>paquet-dinamis</translation>
        </message>
        <message>
            <source>Name of the pack</source>
            <translation>Nom du paquet</translation>
        </message>
        <message>
            <source>as one .zip</source>
            <translation>en un seul .zip</translation>
        </message>
        <message>
            <source>Then</source>
            <translation>Ensuite</translation>
        </message>
        <message>
            <source>Add the files to the map</source>
            <translation>Ajouter les fichiers à la carte</translation>
        </message>
        <message>
            <source>Leave the map as it is</source>
            <translation>Laisser la carte telle quelle</translation>
        </message>
        <message>
            <source>Let the layers read the files</source>
            <translation>Faire lire les fichiers par les couches</translation>
        </message>
        <message>
            <source>The size is being estimated…</source>
            <translation>Estimation de la taille…</translation>
        </message>
        <message>
            <source>Choose a folder first.</source>
            <translation>Choisissez d'abord un dossier.</translation>
        </message>
        <message>
            <source>Draw or import an area of interest first.</source>
            <translation>Dessinez ou importez d'abord une zone d'intérêt.</translation>
        </message>
        <message>
            <source>There is not enough room on the disk for this.</source>
            <translation>Il n'y a pas assez de place sur le disque.</translation>
        </message>
        <message>
            <source>Give the pack a name.</source>
            <translation>Donnez un nom au paquet.</translation>
        </message>
        <message>
            <source>{size} free on the disk.</source>
            <translation>{size} libres sur le disque.</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>Reprendre</translation>
        </message>
        <message>
            <source>Show in the folder</source>
            <translation>Montrer dans le dossier</translation>
        </message>
        <message>
            <source>Downloads interrupted</source>
            <translation>Téléchargements interrompus</translation>
        </message>
        <message>
            <source>They go on where they stopped.</source>
            <translation>Ils reprendront là où ils se sont arrêtés.</translation>
        </message>
        <message>
            <source>Offline pack ready</source>
            <translation>Paquet hors ligne prêt</translation>
        </message>
        <message>
            <source>{name} holds the images, their styles and a project.</source>
            <translation>{name} contient les images, leurs styles et un projet.</translation>
        </message>
        <message>
            <source>Downloads</source>
            <translation>Téléchargements</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>Terminé</translation>
        </message>
        <message>
            <source>Starting…</source>
            <translation>Démarrage…</translation>
        </message>
        <message>
            <source>Show or hide the downloads</source>
            <translation>Afficher ou masquer les téléchargements</translation>
        </message>
        <message>
            <source>Remove what is done from the list</source>
            <translation>Retirer de la liste ce qui est terminé</translation>
        </message>
        <message>
            <source>Remove what is done from the list; the files stay</source>
            <translation>Retirer de la liste ce qui est terminé ; les fichiers restent</translation>
        </message>
        <message>
            <source>No downloads. Choose scenes in the results, then Download…</source>
            <translation>Aucun téléchargement. Choisissez des scènes dans les résultats, puis Télécharger…</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Mettre en pause</translation>
        </message>
        <message>
            <source>Let the layer read this file</source>
            <translation>Faire lire ce fichier par la couche</translation>
        </message>
        <message>
            <source>Remove from the list; the file stays</source>
            <translation>Retirer de la liste ; le fichier reste</translation>
        </message>
        <message>
            <source>Cancel; nothing stays on the disk</source>
            <translation>Annuler ; rien ne reste sur le disque</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>En attente</translation>
        </message>
        <message>
            <source>Paused</source>
            <translation>En pause</translation>
        </message>
        <message>
            <source>{size}/s</source>
            <translation>{size}/s</translation>
        </message>
        <message>
            <source>{count} running</source>
            <translation>{count} en cours</translation>
        </message>
        <message>
            <source>{count} waiting</source>
            <translation>{count} en attente</translation>
        </message>
        <message>
            <source>{count} paused</source>
            <translation>{count} en pause</translation>
        </message>
        <message>
            <source>{count} failed</source>
            <translation>{count} en échec</translation>
        </message>
        <message>
            <source>{size} GB</source>
            <translation>{size} Go</translation>
        </message>
        <message>
            <source>{size} MB</source>
            <translation>{size} Mo</translation>
        </message>
        <message>
            <source>{size} kB</source>
            <translation>{size} ko</translation>
        </message>
        <message>
            <source>{size} bytes</source>
            <translation>{size} octets</translation>
        </message>
        <message>
            <source>{count} h</source>
            <translation>{count} h</translation>
        </message>
        <message>
            <source>{count} s</source>
            <translation>{count} s</translation>
        </message>
        <message>
            <source>{count} min</source>
            <translation>{count} min</translation>
        </message>
        <message numerus="yes">
            <source>%n image(s)</source>
            <translation>
                <numerusform>%n image</numerusform>
                <numerusform>%n images</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>et %n autre</numerusform>
                <numerusform>et %n autres</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n download(s) did not end in the last session.</source>
            <translation>
                <numerusform>%n téléchargement n'a pas abouti lors de la dernière session.</numerusform>
                <numerusform>%n téléchargements n'ont pas abouti lors de la dernière session.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n done</source>
            <translation>
                <numerusform>%n terminé</numerusform>
                <numerusform>%n terminés</numerusform>
            </translation>
        </message>
        <message>
            <source>Downloads: {states}</source>
            <translation>Téléchargements : {states}</translation>
        </message>
        <message>
            <source>{done} / {total}</source>
            <translation>{done} / {total}</translation>
        </message>
        <message>
            <source>≈ {time}</source>
            <translation>≈ {time}</translation>
        </message>
        <message>
            <source>Load as…</source>
            <translation>Charger comme…</translation>
        </message>
        <message>
            <source>Image</source>
            <translation>Image</translation>
        </message>
        <message>
            <source>True colours</source>
            <translation>Couleurs naturelles</translation>
        </message>
        <message>
            <source>False colours (near infrared)</source>
            <translation>Fausses couleurs (proche infrarouge)</translation>
        </message>
        <message>
            <source>Vegetation index (NDVI)</source>
            <translation>Indice de végétation (NDVI)</translation>
        </message>
        <message>
            <source>Pansharpened (one layer)</source>
            <translation>Affinée par le panchromatique (une couche)</translation>
        </message>
        <message>
            <source>Mosaic (one layer)</source>
            <translation>Mosaïque (une couche)</translation>
        </message>
        <message>
            <source>Time series</source>
            <translation>Série temporelle</translation>
        </message>
        <message>
            <source>Compare the first and the last date</source>
            <translation>Comparer la première et la dernière date</translation>
        </message>
        <message>
            <source>Grey</source>
            <translation>Niveaux de gris</translation>
        </message>
        <message>
            <source>Stretch on what the map shows</source>
            <translation>Étirer sur ce que montre la carte</translation>
        </message>
        <message>
            <source>Keep the stretch as it is</source>
            <translation>Garder l'étirement actuel</translation>
        </message>
        <message>
            <source>Compare with another layer…</source>
            <translation>Comparer avec une autre couche…</translation>
        </message>
        <message>
            <source>{scene} (pansharpened)</source>
            <translation>{scene} (affinée)</translation>
        </message>
        <message>
            <source>{scene} (NDVI)</source>
            <translation>{scene} (indice NDVI)</translation>
        </message>
        <message>
            <source>{scene} (false colours)</source>
            <translation>{scene} (fausses couleurs)</translation>
        </message>
        <message>
            <source>Layer on the left</source>
            <translation>Couche de gauche</translation>
        </message>
        <message>
            <source>Layer on the right</source>
            <translation>Couche de droite</translation>
        </message>
        <message>
            <source>Transparency</source>
            <translation>Transparence</translation>
        </message>
        <message>
            <source>Transparency of the layer on the left</source>
            <translation>Transparence de la couche de gauche</translation>
        </message>
        <message>
            <source>Swipe</source>
            <translation>Balayer</translation>
        </message>
        <message>
            <source>Drag the line on the map, or move it with the arrow keys</source>
            <translation>Faites glisser la ligne sur la carte, ou déplacez-la avec les flèches</translation>
        </message>
        <message>
            <source>End the comparison</source>
            <translation>Terminer la comparaison</translation>
        </message>
        <message>
            <source>Each layer has its date.</source>
            <translation>Chaque couche a sa date.</translation>
        </message>
        <message>
            <source>The temporal controller plays them.</source>
            <translation>Le contrôleur temporel les déroule.</translation>
        </message>
        <message>
            <source>Open it</source>
            <translation>L'ouvrir</translation>
        </message>
        <message numerus="yes">
            <source>{scene} (mosaic of %n image(s))</source>
            <translation>
                <numerusform>{scene} (mosaïque de %n image)</numerusform>
                <numerusform>{scene} (mosaïque de %n images)</numerusform>
            </translation>
        </message>
        <message>
            <source>Search again</source>
            <translation>Rechercher</translation>
        </message>
        <message>
            <source>Not available</source>
            <translation>Non disponible</translation>
        </message>
        <message>
            <source>Is being opened</source>
            <translation>Ouverture en cours</translation>
        </message>
        <message>
            <source>Waits for the service</source>
            <translation>En attente du service</translation>
        </message>
        <message>
            <source>Waits for your sign-in</source>
            <translation>En attente de votre connexion</translation>
        </message>
        <message>
            <source>Other stores of images</source>
            <translation>Autres dépôts d'images</translation>
        </message>
        <message>
            <source>Addresses under which images lie that the service signs, with spaces between them. Layers added by hand from there are kept signed too.</source>
            <translation>Adresses des dépôts d'images que le service signe, séparées par des espaces. Les couches ajoutées à la main depuis ces dépôts restent signées elles aussi.</translation>
        </message>
        <message>
            <source>Key needed</source>
            <translation>Clé nécessaire</translation>
        </message>
        <message>
            <source>{host} signs these images only for those who have a key of it.</source>
            <translation>{host} ne signe ces images que pour les personnes qui ont une de ses clés.</translation>
        </message>
        <message>
            <source>Make a key on its web page, keep it in QGIS's authentication configurations, then choose it in the options.</source>
            <translation>Créez une clé sur sa page web, gardez-la dans les configurations d'authentification de QGIS, puis choisissez-la dans les options.</translation>
        </message>
        <message>
            <source>The key of {host} is encrypted with QGIS's master password.</source>
            <translation>La clé de {host} est chiffrée avec le mot de passe principal de QGIS.</translation>
        </message>
        <message>
            <source>Give the master password to use it.</source>
            <translation>Donnez le mot de passe principal pour l'utiliser.</translation>
        </message>
        <message>
            <source>The configuration chosen for {host} is gone, or holds no key.</source>
            <translation>La configuration choisie pour {host} n'existe plus, ou ne contient pas de clé.</translation>
        </message>
        <message>
            <source>Choose the configuration that holds your key in the options.</source>
            <translation>Choisissez dans les options la configuration qui contient votre clé.</translation>
        </message>
        <message>
            <source>{host} does not accept your key: it was revoked, or mistyped.</source>
            <translation>{host} n'accepte pas votre clé : elle est révoquée, ou mal saisie.</translation>
        </message>
        <message>
            <source>Make another one on its web page, and put it into the configuration.</source>
            <translation>Créez-en une autre sur sa page web et mettez-la dans la configuration.</translation>
        </message>
        <message>
            <source>Certificate not trusted</source>
            <translation>Certificat non reconnu</translation>
        </message>
        <message>
            <source>The server shows a certificate that QGIS does not trust.</source>
            <translation>Le serveur présente un certificat auquel QGIS ne fait pas confiance.</translation>
        </message>
        <message>
            <source>If it is that of your institution or of its proxy, add the authority in QGIS's options under Authentication; otherwise tell the service desk.</source>
            <translation>Si c'est celui de votre établissement ou de son proxy, ajoutez l'autorité dans les options de QGIS, rubrique Authentification ; sinon, prévenez le support.</translation>
        </message>
        <message>
            <source>Images of another signing service</source>
            <translation>Images d'un autre service de signature</translation>
        </message>
        <message>
            <source>A configuration of the kind Basic with the access key as user name and the secret key as password, or of the kind API Header with the headers access-key and secret-key.</source>
            <translation>Une configuration de type Basique, avec la clé d'accès comme nom d'utilisateur et la clé secrète comme mot de passe, ou de type API Header avec les en-têtes access-key et secret-key.</translation>
        </message>
        <message>
            <source>Addresses of DINAMIS and THEIA</source>
            <translation>Adresses de DINAMIS et THEIA</translation>
        </message>
        <message>
            <source>Address of the images</source>
            <translation>Adresse des images</translation>
        </message>
        <message>
            <source>Address of the signing service</source>
            <translation>Adresse du service de signature</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>Clé</translation>
        </message>
        <message>
            <source>Read from the server again</source>
            <translation>Lire de nouveau sur le serveur</translation>
        </message>
        <message>
            <source>Whole image</source>
            <translation>Image entière</translation>
        </message>
        <message>
            <source>Measuring how much of the area each scene covers</source>
            <translation>Calcul de la part de la zone couverte par chaque scène</translation>
        </message>
        <message>
            <source>Making a layer of footprints</source>
            <translation>Création d'une couche d'emprises</translation>
        </message>
        <message>
            <source>Exporting scenes</source>
            <translation>Export des scènes</translation>
        </message>
        <message>
            <source>licence:</source>
            <translation>licence :</translation>
        </message>
        <message>
            <source>Reading the licences</source>
            <translation>Lecture des licences</translation>
        </message>
        <message>
            <source>No quicklook</source>
            <translation>Pas d'aperçu</translation>
        </message>
        <message>
            <source>The catalogue has no picture of {title}.</source>
            <translation>Le catalogue n'a pas d'image d'aperçu de {title}.</translation>
        </message>
        <message>
            <source>Reading a quicklook</source>
            <translation>Lecture d'un aperçu</translation>
        </message>
        <message>
            <source>The catalogue does not say where the picture of {title} lies.</source>
            <translation>Le catalogue ne dit pas où se place l'aperçu de {title}.</translation>
        </message>
        <message>
            <source>Quicklook not on the map</source>
            <translation>Aperçu absent de la carte</translation>
        </message>
        <message>
            <source>Too many quicklooks</source>
            <translation>Trop d'aperçus</translation>
        </message>
        <message>
            <source>Quicklook</source>
            <translation>Aperçu</translation>
        </message>
        <message>
            <source>Tick</source>
            <translation>Cocher</translation>
        </message>
        <message>
            <source>Ticked</source>
            <translation>Cochée</translation>
        </message>
        <message>
            <source>On the map</source>
            <translation>Sur la carte</translation>
        </message>
        <message>
            <source>Previous scene</source>
            <translation>Scène précédente</translation>
        </message>
        <message>
            <source>Next scene</source>
            <translation>Scène suivante</translation>
        </message>
        <message>
            <source>Whole picture</source>
            <translation>Image entière</translation>
        </message>
        <message>
            <source>The quicklook is being read…</source>
            <translation>Lecture de l'aperçu…</translation>
        </message>
        <message>
            <source>Picture of the scene</source>
            <translation>Image de la scène</translation>
        </message>
        <message>
            <source>Only {listed} of {matched} scenes can be listed: narrow the filters.</source>
            <translation>Seules {listed} scènes sur {matched} peuvent être listées : resserrez les filtres.</translation>
        </message>
        <message>
            <source>List all</source>
            <translation>Tout lister</translation>
        </message>
        <message>
            <source>Only the {count} listed are sorted; the catalogue cannot sort by: {title}.</source>
            <translation>Seules les {count} listées sont triées ; le catalogue ne sait pas trier par : {title}.</translation>
        </message>
        <message>
            <source>Nothing is chosen: all listed scenes are exported.</source>
            <translation>Rien n'est choisi : toutes les scènes listées sont exportées.</translation>
        </message>
        <message>
            <source>Footprints as a layer</source>
            <translation>Emprises en couche</translation>
        </message>
        <message>
            <source>Footprints to GeoPackage…</source>
            <translation>Emprises en GeoPackage…</translation>
        </message>
        <message>
            <source>Footprints to GeoJSON…</source>
            <translation>Emprises en GeoJSON…</translation>
        </message>
        <message>
            <source>Table to CSV…</source>
            <translation>Tableau en CSV…</translation>
        </message>
        <message>
            <source>Items to STAC…</source>
            <translation>Fiches en STAC…</translation>
        </message>
        <message>
            <source>Copy a citation with the licence</source>
            <translation>Copier une citation avec la licence</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Exporter</translation>
        </message>
        <message>
            <source>Choice and product type</source>
            <translation>Coche et type de produit</translation>
        </message>
        <message>
            <source>Share of my area that the scene covers, in percent</source>
            <translation>Part de ma zone couverte par la scène, en pour cent</translation>
        </message>
        <message>
            <source>Area</source>
            <translation>Zone</translation>
        </message>
        <message>
            <source>Area %</source>
            <translation>Zone %</translation>
        </message>
        <message>
            <source>Export scenes</source>
            <translation>Exporter des scènes</translation>
        </message>
        <message>
            <source>{name} holds {count} scenes.</source>
            <translation>{name} contient {count} scènes.</translation>
        </message>
        <message>
            <source>Citation copied</source>
            <translation>Citation copiée</translation>
        </message>
        <message>
            <source>It can be pasted into a text; it names the licences.</source>
            <translation>Elle peut être collée dans un texte ; elle nomme les licences.</translation>
        </message>
        <message>
            <source>Export finished</source>
            <translation>Export terminé</translation>
        </message>
        <message>
            <source>Footprints of DINAMIS</source>
            <translation>Emprises DINAMIS</translation>
        </message>
        <message>
            <source>No groups</source>
            <translation>Sans groupes</translation>
        </message>
        <message>
            <source>By day</source>
            <translation>Par jour</translation>
        </message>
        <message>
            <source>By acquisition</source>
            <translation>Par acquisition</translation>
        </message>
        <message>
            <source>Thumbnails</source>
            <translation>Vignettes</translation>
        </message>
        <message>
            <source>Columns and groups</source>
            <translation>Colonnes et groupes</translation>
        </message>
        <message>
            <source>Show as a list</source>
            <translation>Afficher en liste</translation>
        </message>
        <message>
            <source>Groups</source>
            <translation>Groupes</translation>
        </message>
        <message>
            <source>Columns</source>
            <translation>Colonnes</translation>
        </message>
        <message>
            <source>Show them</source>
            <translation>Les afficher</translation>
        </message>
        <message>
            <source>List what is ticked, of earlier searches too</source>
            <translation>Lister ce qui est coché, y compris lors des recherches précédentes</translation>
        </message>
        <message>
            <source>Take all ticks away</source>
            <translation>Tout décocher</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Retirer</translation>
        </message>
        <message>
            <source>Take the quicklooks from the map</source>
            <translation>Retirer les aperçus de la carte</translation>
        </message>
        <message>
            <source>Show results</source>
            <translation>Les résultats</translation>
        </message>
        <message>
            <source>Usual columns</source>
            <translation>Colonnes habituelles</translation>
        </message>
        <message>
            <source>Tick, or take the tick away</source>
            <translation>Cocher ou décocher</translation>
        </message>
        <message>
            <source>Copy the identifier</source>
            <translation>Copier l'identifiant</translation>
        </message>
        <message>
            <source>Quicklook on the whole screen</source>
            <translation>Aperçu plein écran</translation>
        </message>
        <message>
            <source>Quicklook on the map</source>
            <translation>Aperçu sur la carte</translation>
        </message>
        <message>
            <source>Results as thumbnails</source>
            <translation>Résultats en vignettes</translation>
        </message>
        <message>
            <source>Scenes here</source>
            <translation>Scènes ici</translation>
        </message>
        <message>
            <source>Space ticks, Enter chooses, Esc closes.</source>
            <translation>Espace coche, Entrée choisit, Échap ferme.</translation>
        </message>
        <message numerus="yes">
            <source>At most %n quicklook(s) lie on the map at once.</source>
            <translation>
                <numerusform>Au plus %n aperçu à la fois sur la carte.</numerusform>
                <numerusform>Au plus %n aperçus à la fois sur la carte.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>for the %n ticked scene(s)</source>
            <translation>
                <numerusform>pour la %n scène cochée</numerusform>
                <numerusform>pour les %n scènes cochées</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n scene(s) ticked</source>
            <translation>
                <numerusform>%n scène cochée</numerusform>
                <numerusform>%n scènes cochées</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n quicklook(s) on the map</source>
            <translation>
                <numerusform>%n aperçu sur la carte</numerusform>
                <numerusform>%n aperçus sur la carte</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n scene(s) here</source>
            <translation>
                <numerusform>%n scène ici</numerusform>
                <numerusform>%n scènes ici</numerusform>
            </translation>
        </message>
        <message>
            <source>Counting scenes</source>
            <translation>Comptage des scènes</translation>
        </message>
        <message>
            <source>Reading a text</source>
            <translation>Lecture d'un texte</translation>
        </message>
        <message>
            <source>Without {missions}</source>
            <translation>Sans {missions}</translation>
        </message>
        <message>
            <source>Fewer months on the timeline</source>
            <translation>Moins de mois sur la frise</translation>
        </message>
        <message>
            <source>More months on the timeline</source>
            <translation>Plus de mois sur la frise</translation>
        </message>
        <message>
            <source>Show the results of these filters (Enter)</source>
            <translation>Voir les résultats de ces filtres (Entrée)</translation>
        </message>
        <message>
            <source>Reset the filters</source>
            <translation>Réinitialiser les filtres</translation>
        </message>
        <message>
            <source>Widen the dates, the area or the cloud limit.</source>
            <translation>Élargissez les dates, la zone ou la limite de nuages.</translation>
        </message>
        <message>
            <source>Neither include nor exclude any mission</source>
            <translation>N'inclure ni n'exclure aucune mission</translation>
        </message>
        <message>
            <source>No scene matches</source>
            <translation>Aucune scène ne convient</translation>
        </message>
        <message>
            <source>That is a lot: an area, dates or a mission narrow it down.</source>
            <translation>C'est beaucoup : une zone, des dates ou une mission en réduisent le nombre.</translation>
        </message>
        <message>
            <source>Free text: place, sensor, date, keyword</source>
            <translation>Texte libre : lieu, capteur, date, mot clé</translation>
        </message>
        <message>
            <source>What was understood</source>
            <translation>Ce qui a été compris</translation>
        </message>
        <message>
            <source>Understood, but the catalogue cannot search by it</source>
            <translation>Compris, mais le catalogue ne sait pas chercher ainsi</translation>
        </message>
        <message>
            <source>Not understood: {words}</source>
            <translation>Non compris : {words}</translation>
        </message>
        <message>
            <source>number of scenes not known</source>
            <translation>nombre de scènes inconnu</translation>
        </message>
        <message>
            <source>+ or Space: only this mission · -: without it · Delete: neither</source>
            <translation>+ ou Espace : seulement cette mission · - : sans elle · Suppr : ni l'un ni l'autre</translation>
        </message>
        <message>
            <source>included</source>
            <translation>incluse</translation>
        </message>
        <message>
            <source>excluded</source>
            <translation>exclue</translation>
        </message>
        <message>
            <source>Counting…</source>
            <translation>Comptage…</translation>
        </message>
        <message>
            <source>Load more</source>
            <translation>Charger la suite</translation>
        </message>
        <message>
            <source>Timeline: scenes per month</source>
            <translation>Frise temporelle : scènes par mois</translation>
        </message>
        <message>
            <source>First month of the search</source>
            <translation>Premier mois de la recherche</translation>
        </message>
        <message>
            <source>Last month of the search</source>
            <translation>Dernier mois de la recherche</translation>
        </message>
        <message>
            <source>This catalogue does not tell the number of scenes per month.</source>
            <translation>Ce catalogue ne donne pas le nombre de scènes par mois.</translation>
        </message>
        <message>
            <source>No scene</source>
            <translation>Aucune scène</translation>
        </message>
        <message>
            <source>Scenes per month: not known</source>
            <translation>Scènes par mois : inconnues</translation>
        </message>
        <message>
            <source>{when}: {scenes}</source>
            <translation>{when} : {scenes}</translation>
        </message>
        <message>
            <source>Drag it, or move it with the arrow keys; Page Up and Page Down: a year</source>
            <translation>À faire glisser, ou à déplacer avec les flèches ; Page préc. et suiv. : un an</translation>
        </message>
        <message numerus="yes">
            <source>See the %n scene(s)</source>
            <translation>
                <numerusform>Voir la scène trouvée (%n)</numerusform>
                <numerusform>Voir les %n scènes</numerusform>
            </translation>
        </message>
        <message>
            <source>Searching, footprints and thumbnails are open to everyone; images and requests ask you to sign in.</source>
            <translation>La recherche, les emprises et les vignettes sont ouvertes à tous ; les images et les demandes exigent de se connecter.</translation>
        </message>
        <message>
            <source>This catalogue does not tell what is covered.</source>
            <translation>Ce catalogue ne dit pas ce qui est couvert.</translation>
        </message>
        <message>
            <source>Not covered yet</source>
            <translation>Pas encore couvert</translation>
        </message>
        <message>
            <source>Only where nothing can be downloaded</source>
            <translation>Là où rien n'est téléchargeable</translation>
        </message>
        <message>
            <source>Scenes to order over the part of the areas without a downloadable one</source>
            <translation>Scènes à commander sur la partie des zones qu'aucune scène téléchargeable ne couvre</translation>
        </message>
        <message>
            <source>Needs an area of interest.</source>
            <translation>Il faut une zone d'intérêt.</translation>
        </message>
        <message>
            <source>Reading areas</source>
            <translation>Lecture de zones</translation>
        </message>
        <message>
            <source>Reading the kept areas</source>
            <translation>Lecture des zones conservées</translation>
        </message>
        <message>
            <source>Writing the kept areas</source>
            <translation>Écriture des zones conservées</translation>
        </message>
        <message>
            <source>Area kept</source>
            <translation>Zone conservée</translation>
        </message>
        <message>
            <source>“{name}” is among your kept areas.</source>
            <translation>« {name} » est parmi vos zones conservées.</translation>
        </message>
        <message>
            <source>It is too large to be read as an area.</source>
            <translation>Trop volumineux pour être lu comme zone.</translation>
        </message>
        <message>
            <source>Open it in QGIS, select what you need, and take the selected features.</source>
            <translation>Ouvrez-le dans QGIS, sélectionnez ce qu'il vous faut, puis prenez les entités sélectionnées.</translation>
        </message>
        <message>
            <source>The clipboard holds no area.</source>
            <translation>Le presse-papiers ne contient pas de zone.</translation>
        </message>
        <message>
            <source>WKT, EWKT, GeoJSON, KML, GPX and features copied in QGIS are understood.</source>
            <translation>WKT, EWKT, GeoJSON, KML, GPX et entités copiées dans QGIS sont compris.</translation>
        </message>
        <message>
            <source>No feature is selected.</source>
            <translation>Aucune entité n'est sélectionnée.</translation>
        </message>
        <message>
            <source>Select polygons in any layer of the map, then try again.</source>
            <translation>Sélectionnez des polygones dans une couche de la carte, puis recommencez.</translation>
        </message>
        <message>
            <source>Place not found</source>
            <translation>Lieu introuvable</translation>
        </message>
        <message>
            <source>Try another spelling, or draw the area on the map.</source>
            <translation>Essayez une autre orthographe, ou dessinez la zone sur la carte.</translation>
        </message>
        <message>
            <source>Looking for places</source>
            <translation>Recherche de lieux</translation>
        </message>
        <message>
            <source>No place is called “{text}”.</source>
            <translation>Aucun lieu ne s'appelle « {text} ».</translation>
        </message>
        <message>
            <source>No places</source>
            <translation>Pas de lieux</translation>
        </message>
        <message>
            <source>This service knows no places by name.</source>
            <translation>Ce service ne connaît pas de lieux par leur nom.</translation>
        </message>
        <message>
            <source>Draw the area on the map instead.</source>
            <translation>Dessinez plutôt la zone sur la carte.</translation>
        </message>
        <message>
            <source>Name of the area</source>
            <translation>Nom de la zone</translation>
        </message>
        <message>
            <source>Zoom to it</source>
            <translation>Zoomer sur la zone</translation>
        </message>
        <message>
            <source>Edit its vertices</source>
            <translation>Modifier les sommets</translation>
        </message>
        <message>
            <source>Rename</source>
            <translation>Renommer</translation>
        </message>
        <message>
            <source>Keep for later</source>
            <translation>Conserver pour plus tard</translation>
        </message>
        <message>
            <source>More about {name}</source>
            <translation>Autres actions : {name}</translation>
        </message>
        <message>
            <source>Stop reading</source>
            <translation>Arrêter la lecture</translation>
        </message>
        <message>
            <source>Selection</source>
            <translation>Sélection</translation>
        </message>
        <message>
            <source>Kept areas</source>
            <translation>Zones conservées</translation>
        </message>
        <message>
            <source>Keep no longer</source>
            <translation>Ne plus conserver</translation>
        </message>
        <message>
            <source>{area} so far. Enter ends, Ctrl+Z undoes, Esc gives up.</source>
            <translation>{area} pour l'instant. Entrée termine, Ctrl+Z annule le dernier geste, Échap abandonne.</translation>
        </message>
        <message>
            <source>Take the selected features: of the layer in hand, or of all layers shown when it has none</source>
            <translation>Prendre les entités sélectionnées : celles de la couche active, ou de toutes les couches affichées si elle n'en a pas</translation>
        </message>
        <message>
            <source>File…</source>
            <translation>Fichier…</translation>
        </message>
        <message>
            <source>Paste WKT, GeoJSON or features</source>
            <translation>Coller WKT, GeoJSON ou entités</translation>
        </message>
        <message>
            <source>Areas kept for later</source>
            <translation>Zones conservées pour plus tard</translation>
        </message>
        <message>
            <source>No area is kept yet: “Keep for later” in its menu</source>
            <translation>Aucune zone conservée : « Conserver pour plus tard » dans son menu</translation>
        </message>
        <message>
            <source>Very detailed: searched with a simpler outline, up to {length} around it. The exact one is kept.</source>
            <translation>Très détaillé : la recherche utilise un contour simplifié, à {length} près au plus. Le contour exact est gardé.</translation>
        </message>
        <message>
            <source>Too detailed to be edited here</source>
            <translation>Trop détaillée pour être modifiée ici</translation>
        </message>
        <message>
            <source>Change it with the editing tools of QGIS, then take it as selection.</source>
            <translation>Modifiez-la avec les outils d'édition de QGIS, puis prenez-la comme sélection.</translation>
        </message>
        <message>
            <source>“{name}” has more than {count} vertices.</source>
            <translation>« {name} » a plus de {count} sommets.</translation>
        </message>
        <message>
            <source>Draw</source>
            <translation>Dessiner</translation>
        </message>
        <message>
            <source>Distance from the line</source>
            <translation>Distance à la ligne</translation>
        </message>
        <message>
            <source> m</source>
            <translation> m</translation>
        </message>
        <message>
            <source>Drag a vertex, or an edge to add one; a right click on it deletes it. Enter ends, Ctrl+Z undoes, Esc gives up.</source>
            <translation>Tirez un sommet, ou un côté pour en ajouter un ; un clic droit sur un sommet le supprime. Entrée termine, Ctrl+Z annule le dernier geste, Échap abandonne.</translation>
        </message>
        <message>
            <source>Draw freehand, a circle, or the surroundings of a line</source>
            <translation>Dessiner à main levée, un cercle ou les abords d'une ligne</translation>
        </message>
        <message>
            <source>Freehand</source>
            <translation>À main levée</translation>
        </message>
        <message>
            <source>Hold the button down and draw round the area.</source>
            <translation>Gardez le bouton enfoncé et tracez le contour.</translation>
        </message>
        <message>
            <source>Circle</source>
            <translation>Cercle</translation>
        </message>
        <message>
            <source>Drag from the centre to the rim, or click both.</source>
            <translation>Tirez du centre au bord, ou cliquez les deux.</translation>
        </message>
        <message>
            <source>Around a line</source>
            <translation>Autour d'une ligne</translation>
        </message>
        <message>
            <source>Click along the line, end with a right click or a double click.</source>
            <translation>Cliquez le long de la ligne, terminez par un clic droit ou un double clic.</translation>
        </message>
        <message>
            <source>Esc gives up.</source>
            <translation>Échap abandonne.</translation>
        </message>
        <message>
            <source>Name of a place, or path of an area file</source>
            <translation>Nom d'un lieu, ou chemin d'un fichier de zones</translation>
        </message>
        <message>
            <source>Coordinate reference system of the pasted area</source>
            <translation>Système de coordonnées de la zone collée</translation>
        </message>
        <message>
            <source>What was pasted does not say its coordinate reference system.</source>
            <translation>Ce qui a été collé n'indique pas son système de coordonnées.</translation>
        </message>
        <message>
            <source>{length} km</source>
            <translation>{length} km</translation>
        </message>
        <message>
            <source>radius {length}</source>
            <translation>rayon {length}</translation>
        </message>
        <message>
            <source>{length} m</source>
            <translation>{length} m</translation>
        </message>
        <message>
            <source>{sensor} {share}</source>
            <translation>{sensor} {share}</translation>
        </message>
        <message>
            <source>no quota</source>
            <translation>pas de quota</translation>
        </message>
        <message>
            <source>{sensor}: {details}</source>
            <translation>{sensor} : {details}</translation>
        </message>
        <message>
            <source>What {area} would take of the free quota of one request:</source>
            <translation>Part du quota gratuit d'une demande que prendraient {area} :</translation>
        </message>
        <message>
            <source>{sensor} min. {minimum}</source>
            <translation>{sensor} : min. {minimum}</translation>
        </message>
        <message>
            <source>&lt; {share}</source>
            <translation>&lt; {share}</translation>
        </message>
        <message>
            <source>{share} of {quota}</source>
            <translation>{share} de {quota}</translation>
        </message>
        <message>
            <source>smaller than the smallest order, {minimum}</source>
            <translation>moins que la commande minimale, {minimum}</translation>
        </message>
        <message>
            <source>smallest order {minimum}</source>
            <translation>commande minimale {minimum}</translation>
        </message>
        <message>
            <source>Latitude came before longitude and was put behind it.</source>
            <translation>La latitude précédait la longitude ; l'ordre a été rétabli.</translation>
        </message>
        <message>
            <source>Covering the area</source>
            <translation>Couverture de la zone</translation>
        </message>
        <message>
            <source>Last filters and areas</source>
            <translation>Derniers filtres et zones</translation>
        </message>
        <message>
            <source>This is not a saved search of DINAMIS.</source>
            <translation>Ce n'est pas une recherche enregistrée de DINAMIS.</translation>
        </message>
        <message>
            <source>An area of this saved search cannot be read.</source>
            <translation>Une zone de cette recherche enregistrée est illisible.</translation>
        </message>
        <message>
            <source>You already have a search of this name.</source>
            <translation>Vous avez déjà une recherche de ce nom.</translation>
        </message>
        <message>
            <source>My filters</source>
            <translation>Mes filtres</translation>
        </message>
        <message>
            <source>Saved searches</source>
            <translation>Recherches enregistrées</translation>
        </message>
        <message>
            <source>Writing the search</source>
            <translation>Écriture de la recherche</translation>
        </message>
        <message>
            <source>Looking for new scenes</source>
            <translation>Recherche de nouvelles scènes</translation>
        </message>
        <message>
            <source>A saved search needs a name.</source>
            <translation>Il faut un nom à une recherche enregistrée.</translation>
        </message>
        <message>
            <source>Not saved</source>
            <translation>Non enregistrée</translation>
        </message>
        <message>
            <source>Cover my area</source>
            <translation>Couvrir ma zone</translation>
        </message>
        <message>
            <source>Choose the fewest, cleanest and newest scenes that cover your areas</source>
            <translation>Choisir le moins de scènes possible, les plus dégagées et les plus récentes, qui couvrent vos zones</translation>
        </message>
        <message>
            <source>No listed scene that can be downloaded or ordered lies over your areas.</source>
            <translation>Aucune scène listée, à télécharger ou à commander, n'est sur vos zones.</translation>
        </message>
        <message>
            <source>Take the gaps off the map</source>
            <translation>Retirer les lacunes de la carte</translation>
        </message>
        <message>
            <source>Load the others, cover again</source>
            <translation>Charger les autres et recommencer</translation>
        </message>
        <message>
            <source>Choosing… Stop</source>
            <translation>Choix en cours… Arrêter</translation>
        </message>
        <message>
            <source>{scenes}: {share} of the area covered; gaps {gaps}.</source>
            <translation>{scenes} : {share} de la zone couverts ; lacunes {gaps}.</translation>
        </message>
        <message>
            <source>{scenes}: the whole area is covered.</source>
            <translation>{scenes} : toute la zone est couverte.</translation>
        </message>
        <message>
            <source>Chosen among {loaded} of {matched} results.</source>
            <translation>Choisies parmi {loaded} résultats sur {matched}.</translation>
        </message>
        <message>
            <source>Add an area first.</source>
            <translation>Ajoutez d'abord une zone.</translation>
        </message>
        <message>
            <source>Search first: there are no results to choose from.</source>
            <translation>Lancez d'abord une recherche : il n'y a pas de résultats où choisir.</translation>
        </message>
        <message>
            <source>Save this search</source>
            <translation>Enregistrer cette recherche</translation>
        </message>
        <message>
            <source>Rename the search</source>
            <translation>Renommer la recherche</translation>
        </message>
        <message>
            <source>DINAMIS searches</source>
            <translation>Recherches DINAMIS</translation>
        </message>
        <message>
            <source>New scenes</source>
            <translation>Nouvelles scènes</translation>
        </message>
        <message>
            <source>Name:</source>
            <translation>Nom :</translation>
        </message>
        <message>
            <source>Export the search</source>
            <translation>Exporter la recherche</translation>
        </message>
        <message>
            <source>Import a search</source>
            <translation>Importer une recherche</translation>
        </message>
        <message>
            <source>Search exported</source>
            <translation>Recherche exportée</translation>
        </message>
        <message>
            <source>{scenes} since you last looked: {names}</source>
            <translation>{scenes} depuis votre dernière consultation : {names}</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>Afficher</translation>
        </message>
        <message>
            <source>Delete the search</source>
            <translation>Supprimer la recherche</translation>
        </message>
        <message>
            <source>It cannot be brought back.</source>
            <translation>Elle ne pourra pas être rétablie.</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Supprimer</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Garder</translation>
        </message>
        <message>
            <source>Written: {name}</source>
            <translation>Fichier écrit : {name}</translation>
        </message>
        <message>
            <source>Delete “{name}”?</source>
            <translation>Supprimer « {name} » ?</translation>
        </message>
        <message>
            <source>My searches</source>
            <translation>Mes recherches</translation>
        </message>
        <message>
            <source>Saved searches and default filters</source>
            <translation>Recherches enregistrées et filtres par défaut</translation>
        </message>
        <message>
            <source>Scenes came into the catalogue since you last looked</source>
            <translation>Des scènes sont arrivées au catalogue depuis votre dernière consultation</translation>
        </message>
        <message>
            <source>Save this search…</source>
            <translation>Enregistrer cette recherche…</translation>
        </message>
        <message>
            <source>In your account</source>
            <translation>Dans votre compte</translation>
        </message>
        <message>
            <source>In this profile</source>
            <translation>Dans ce profil</translation>
        </message>
        <message>
            <source>Import a search…</source>
            <translation>Importer une recherche…</translation>
        </message>
        <message>
            <source>My default filters</source>
            <translation>Mes filtres par défaut</translation>
        </message>
        <message>
            <source>No saved search yet</source>
            <translation>Pas encore de recherche enregistrée</translation>
        </message>
        <message>
            <source>Run</source>
            <translation>Lancer</translation>
        </message>
        <message>
            <source>Replace with the current filters</source>
            <translation>Remplacer par les filtres actuels</translation>
        </message>
        <message>
            <source>Rename…</source>
            <translation>Renommer…</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>Exporter…</translation>
        </message>
        <message>
            <source>Delete…</source>
            <translation>Supprimer…</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>Appliquer</translation>
        </message>
        <message>
            <source>Use the current filters from now on</source>
            <translation>Adopter les filtres actuels</translation>
        </message>
        <message>
            <source>Back to the original filters</source>
            <translation>Revenir aux filtres d'origine</translation>
        </message>
        <message>
            <source>My searches ({count} new)</source>
            <translation>Mes recherches ({count} nouv.)</translation>
        </message>
        <message>
            <source>{name} ({count} new)</source>
            <translation>{name} ({count} nouv.)</translation>
        </message>
        <message>
            <source>Scenes new for your saved searches: {count}</source>
            <translation>Scènes nouvelles pour vos recherches enregistrées : {count}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/results_actions.py" line="160" />
            <source>Metadata only: there is no image to load or to order.</source>
            <translation>Métadonnées seules : aucune image à charger ni à commander.</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/share_line.py" line="52" />
            <source>Quota: {shares}</source>
            <translation>Quota : {shares}</translation>
        </message>
        <message>
            <location filename="../dinamis_plugin/gui/filters.py" line="318" />
            <source>Take words away, or widen the dates, the area or the cloud limit.</source>
            <translation>Retirez des mots, ou élargissez les dates, la zone ou la limite de nuages.</translation>
        </message>
        <message>
            <source>In your words</source>
            <translation>Avec vos mots</translation>
        </message>
        <message>
            <source>E.g. Montpellier Pléiades 2024</source>
            <translation>Ex. : Montpellier Pléiades 2024</translation>
        </message>
        <message>
            <source>Place, sensor, date, cloud limit, in any order: Montpellier Pléiades 2024 &lt; 10 %
A place narrows the search and is no area: to draw, measure or order it, add it below.</source>
            <translation>Lieu, capteur, date, limite de nuages, dans n'importe quel ordre : Montpellier Pléiades 2024 &lt; 10 %
Un lieu restreint la recherche sans devenir une zone : pour le dessiner, le mesurer ou le commander, ajoutez-le plus bas.</translation>
        </message>
        <message>
            <source>Add a place or a file</source>
            <translation>Ajouter un lieu ou un fichier</translation>
        </message>
        <message>
            <source>Adds an area: type the name of a place, or type or drop the path of a file, then Enter</source>
            <translation>Ajoute une zone : tapez le nom d'un lieu, ou tapez ou déposez le chemin d'un fichier, puis Entrée</translation>
        </message>
        <message>
            <source>Take these words away and search again</source>
            <translation>Retirer ces mots et relancer la recherche</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>Ajouter</translation>
        </message>
        <message>
            <source>Your kept areas cannot be read: {path}</source>
            <translation>Vos zones conservées ne peuvent pas être lues : {path}</translation>
        </message>
        <message>
            <source>Nothing is written there until they can.</source>
            <translation>Rien n'y est écrit tant qu'elles ne le peuvent pas.</translation>
        </message>
        <message>
            <source>More than {count} scenes</source>
            <translation>Plus de {count} scènes</translation>
        </message>
        <message>
            <source>Fewer might do: too many scenes overlap for every choice to be tried.</source>
            <translation>Moins suffiraient peut-être : trop de scènes se chevauchent pour essayer tous les choix.</translation>
        </message>
        <message>
            <source>Keeping the drafts in the account</source>
            <translation>Enregistrement des brouillons dans le compte</translation>
        </message>
        <message>
            <source>Reading the drafts</source>
            <translation>Lecture des brouillons</translation>
        </message>
        <message>
            <source>Keeping the draft</source>
            <translation>Enregistrement du brouillon</translation>
        </message>
        <message>
            <source>Looking up the scenes of the draft</source>
            <translation>Recherche des scènes du brouillon</translation>
        </message>
        <message>
            <source>Sending the message</source>
            <translation>Envoi du message</translation>
        </message>
        <message>
            <source>Looking up the delivered images</source>
            <translation>Recherche des images livrées</translation>
        </message>
        <message>
            <source>Saving the file</source>
            <translation>Enregistrement du fichier</translation>
        </message>
        <message>
            <source>Reading the request</source>
            <translation>Lecture de la demande</translation>
        </message>
        <message>
            <source>Declining the quotation</source>
            <translation>Refus du devis</translation>
        </message>
        <message>
            <source>The catalogue does not show these images yet.</source>
            <translation>Le catalogue ne montre pas encore ces images.</translation>
        </message>
        <message>
            <source>Reading the feasibility</source>
            <translation>Lecture de la faisabilité</translation>
        </message>
        <message>
            <source>free of charge within the quota</source>
            <translation>gratuit dans le quota</translation>
        </message>
        <message>
            <source>Left on the budget of the project: {left}</source>
            <translation>Reste sur le budget du projet : {left}</translation>
        </message>
        <message>
            <source>Share of the quota that this request takes</source>
            <translation>Part du quota prise par cette demande</translation>
        </message>
        <message>
            <source>{euros} ({amount} {unit})</source>
            <translation>{euros} ({amount} {unit})</translation>
        </message>
        <message>
            <source>The budget of the project does not suffice: {left} left</source>
            <translation>Le budget du projet ne suffit pas : il reste {left}</translation>
        </message>
        <message>
            <source>Credits: {needed} needed, {free} free, {beyond} beyond</source>
            <translation>Crédits : {needed} nécessaires, {free} gratuits, {beyond} au-delà</translation>
        </message>
        <message>
            <source>Tranches of credits: {tranches}</source>
            <translation>Tranches de crédits : {tranches}</translation>
        </message>
        <message>
            <source>Taken from the package of the project: {area}</source>
            <translation>Pris sur l'accompagnement du projet : {area}</translation>
        </message>
        <message>
            <source>Table of quotas {year}, version {version}</source>
            <translation>Table des quotas {year}, version {version}</translation>
        </message>
        <message>
            <source>Price: {price}</source>
            <translation>Prix : {price}</translation>
        </message>
        <message>
            <source>Feasibility</source>
            <translation>Faisabilité</translation>
        </message>
        <message>
            <source>The feasibility is shown when zone and window are chosen.</source>
            <translation>La faisabilité s'affiche quand la zone et la fenêtre sont choisies.</translation>
        </message>
        <message>
            <source>{share} ({matching} of {scenes})</source>
            <translation>{share} ({matching} sur {scenes})</translation>
        </message>
        <message>
            <source>incidence of {angle}</source>
            <translation>incidence de {angle}</translation>
        </message>
        <message>
            <source>sun at {angle}</source>
            <translation>soleil à {angle}</translation>
        </message>
        <message>
            <source>and {count} more</source>
            <translation>et {count} de plus</translation>
        </message>
        <message>
            <source>No message yet.</source>
            <translation>Pas encore de message.</translation>
        </message>
        <message>
            <source>Save the file</source>
            <translation>Enregistrer le fichier</translation>
        </message>
        <message>
            <source>Files to attach</source>
            <translation>Fichiers à joindre</translation>
        </message>
        <message>
            <source>files of this type are not taken.</source>
            <translation>ce type de fichier n'est pas accepté.</translation>
        </message>
        <message>
            <source>larger than 25 MB.</source>
            <translation>plus de 25 Mo.</translation>
        </message>
        <message>
            <source>empty, or not readable.</source>
            <translation>vide ou illisible.</translation>
        </message>
        <message>
            <source>five files at most.</source>
            <translation>cinq fichiers au plus.</translation>
        </message>
        <message>
            <source>Messages</source>
            <translation>Messages</translation>
        </message>
        <message>
            <source>Write your message…</source>
            <translation>Écrivez votre message…</translation>
        </message>
        <message>
            <source>Attach…</source>
            <translation>Joindre…</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>Envoyer</translation>
        </message>
        <message>
            <source>Requester / Recipient</source>
            <translation>Demandeur / Destinataire</translation>
        </message>
        <message>
            <source>This service has no messages.</source>
            <translation>Ce service n'a pas de messagerie.</translation>
        </message>
        <message>
            <source>Write something first.</source>
            <translation>Écrivez d'abord quelque chose.</translation>
        </message>
        <message>
            <source>Requester</source>
            <translation>Demandeur</translation>
        </message>
        <message>
            <source>Recipient</source>
            <translation>Destinataire</translation>
        </message>
        <message>
            <source>Save {name}…</source>
            <translation>Enregistrer {name}…</translation>
        </message>
        <message>
            <source>Do not attach {name}</source>
            <translation>Ne pas joindre {name}</translation>
        </message>
        <message>
            <source>Archive order</source>
            <translation>Demande d'archive</translation>
        </message>
        <message>
            <source>Only what lies in my zone</source>
            <translation>Seulement ce qui est dans ma zone</translation>
        </message>
        <message>
            <source>The areas of interest of the search, or what is drawn on this map</source>
            <translation>Les zones d'intérêt de la recherche, ou ce qui est dessiné sur cette carte</translation>
        </message>
        <message>
            <source>Nothing is ordered, and nothing costs anything, before “Send”.</source>
            <translation>Rien n'est commandé et rien n'est facturé avant « Envoyer ».</translation>
        </message>
        <message>
            <source>Only the requester can cancel it.</source>
            <translation>Seul le demandeur peut l'annuler.</translation>
        </message>
        <message>
            <source>Request parameters</source>
            <translation>Paramètres de la demande</translation>
        </message>
        <message>
            <source>Production parameters</source>
            <translation>Paramètres de production</translation>
        </message>
        <message>
            <source>Back to the list</source>
            <translation>Retour à la liste</translation>
        </message>
        <message>
            <source>Add the images to the map</source>
            <translation>Ajouter les images à la carte</translation>
        </message>
        <message>
            <source>Tick the images</source>
            <translation>Cocher les images</translation>
        </message>
        <message>
            <source>Ticked scenes are kept for downloads, exports and packs, across searches.</source>
            <translation>Les scènes cochées restent disponibles pour les téléchargements, les exports et les lots, d'une recherche à l'autre.</translation>
        </message>
        <message>
            <source>Duplicate</source>
            <translation>Dupliquer</translation>
        </message>
        <message>
            <source>Make a draft that asks for the same</source>
            <translation>Créer un brouillon qui demande la même chose</translation>
        </message>
        <message>
            <source>Follow-up</source>
            <translation>Suivi</translation>
        </message>
        <message>
            <source>Submitted on</source>
            <translation>Soumise le</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>Prix</translation>
        </message>
        <message>
            <source>Delivered images</source>
            <translation>Images livrées</translation>
        </message>
        <message>
            <source>No task under way</source>
            <translation>Aucune tâche en cours</translation>
        </message>
        <message>
            <source>Status: {state}</source>
            <translation>Statut : {state}</translation>
        </message>
        <message>
            <source>Draw the area on the map of the summary first.</source>
            <translation>Dessinez d'abord la zone sur la carte du résumé.</translation>
        </message>
        <message>
            <source>A precise day cannot be asked for: satellites pass within days and clouds decide. A window has at least {days} days and begins today at the earliest; several scene attempts may be needed.</source>
            <translation>Un jour précis ne peut pas être demandé : les satellites passent à quelques jours près et les nuages décident. Une fenêtre dure au moins {days} jours et commence au plus tôt aujourd'hui ; plusieurs tentatives de scène peuvent être nécessaires.</translation>
        </message>
        <message>
            <source>The first day of the window is over.</source>
            <translation>Le premier jour de la fenêtre est passé.</translation>
        </message>
        <message>
            <source>Why (may be left empty):</source>
            <translation>Pourquoi (facultatif) :</translation>
        </message>
        <message>
            <source>It is not known whether the request arrived. It is kept and sent again, unchanged, until the service answers: there will be exactly one.</source>
            <translation>On ne sait pas si la demande est arrivée. Elle est conservée et renvoyée, inchangée, jusqu'à ce que le service réponde : il n'y en aura qu'une.</translation>
        </message>
        <message>
            <source>The draft is being kept…</source>
            <translation>Enregistrement du brouillon…</translation>
        </message>
        <message>
            <source>Draft kept</source>
            <translation>Brouillon enregistré</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>Envoyer à nouveau</translation>
        </message>
        <message>
            <source>Summary</source>
            <translation>Résumé</translation>
        </message>
        <message>
            <source>Sensor and product type</source>
            <translation>Capteur et type de produit</translation>
        </message>
        <message>
            <source>Surface area</source>
            <translation>Surface</translation>
        </message>
        <message>
            <source>given when the request is sent</source>
            <translation>attribué à l'envoi de la demande</translation>
        </message>
        <message>
            <source>Zone of interest ID</source>
            <translation>Zone d'intérêt ID</translation>
        </message>
        <message>
            <source>Extent</source>
            <translation>Étendue</translation>
        </message>
        <message>
            <source>Zone of interest</source>
            <translation>Zone d'intérêt</translation>
        </message>
        <message>
            <source>North</source>
            <translation>Nord</translation>
        </message>
        <message>
            <source>South</source>
            <translation>Sud</translation>
        </message>
        <message>
            <source>East</source>
            <translation>Est</translation>
        </message>
        <message>
            <source>West</source>
            <translation>Ouest</translation>
        </message>
        <message>
            <source>Mono</source>
            <translation>Mono</translation>
        </message>
        <message>
            <source>Stereo</source>
            <translation>Stéréo</translation>
        </message>
        <message>
            <source>Tri-stereo</source>
            <translation>Tri-stéréo</translation>
        </message>
        <message>
            <source>Service</source>
            <translation>Service</translation>
        </message>
        <message>
            <source>No answer came to a request that was sent. It is kept and sent again, unchanged, until the service answers: there will be exactly one.</source>
            <translation>Une demande envoyée n'a pas reçu de réponse. Elle est conservée et renvoyée, inchangée, jusqu'à ce que le service réponde : il n'y en aura qu'une.</translation>
        </message>
        <message>
            <source>Export the requests</source>
            <translation>Exporter les demandes</translation>
        </message>
        <message>
            <source>requests.csv</source>
            <translation>demandes.csv</translation>
        </message>
        <message>
            <source>File saved</source>
            <translation>Fichier enregistré</translation>
        </message>
        <message numerus="yes">
            <source>%n image(s) ticked.</source>
            <translation>
                <numerusform>%n image cochée.</numerusform>
                <numerusform>%n images cochées.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n more</source>
            <translation>
                <numerusform>%n autre</numerusform>
                <numerusform>%n autres</numerusform>
            </translation>
        </message>
        <message>
            <source>Requests changed: {what}</source>
            <translation>Demandes modifiées : {what}</translation>
        </message>
        <message>
            <source>Search the requests</source>
            <translation>Chercher dans les demandes</translation>
        </message>
        <message>
            <source>Filter and sort</source>
            <translation>Filtrer et trier</translation>
        </message>
        <message>
            <source>State</source>
            <translation>État</translation>
        </message>
        <message>
            <source>Sorted by</source>
            <translation>Tri par</translation>
        </message>
        <message>
            <source>Last change</source>
            <translation>Dernier changement</translation>
        </message>
        <message>
            <source>Submission</source>
            <translation>Soumission</translation>
        </message>
        <message>
            <source>Sent, no answer yet</source>
            <translation>Envoyée, sans réponse encore</translation>
        </message>
        <message numerus="yes">
            <source>%n new message(s)</source>
            <translation>
                <numerusform>%n nouveau message</numerusform>
                <numerusform>%n nouveaux messages</numerusform>
            </translation>
        </message>
        <message>
            <source>Requester: {person}</source>
            <translation>Demandeur : {person}</translation>
        </message>
        <message>
            <source>Export the list as CSV…</source>
            <translation>Exporter la liste en CSV…</translation>
        </message>
        <message>
            <source>Delete the draft…</source>
            <translation>Supprimer le brouillon…</translation>
        </message>
        <message>
            <source>No request is like this.</source>
            <translation>Aucune demande ne correspond.</translation>
        </message>
        <message>
            <source>Resume the draft</source>
            <translation>Reprendre le brouillon</translation>
        </message>
        <message>
            <source>Delete the draft</source>
            <translation>Supprimer le brouillon</translation>
        </message>
        <message>
            <source>Nothing was sent of it. This cannot be undone.</source>
            <translation>Rien n'en a été envoyé. C'est irréversible.</translation>
        </message>
        <message>
            <source>The requests are being read…</source>
            <translation>Lecture des demandes…</translation>
        </message>
        <message>
            <source>Delete the draft “{title}”?</source>
            <translation>Supprimer le brouillon « {title} » ?</translation>
        </message>
        <message>
            <source>Calendar of the window</source>
            <translation>Calendrier de la fenêtre</translation>
        </message>
        <message>
            <source>Pick the first day: click, or arrows and Enter.</source>
            <translation>Choisissez le premier jour : clic, ou flèches et Entrée.</translation>
        </message>
        <message>
            <source>Pick the last day, {day} at the earliest: a satellite passes within days and clouds decide, so a window has at least {days} days.</source>
            <translation>Choisissez le dernier jour, au plus tôt le {day} : un satellite passe à quelques jours près et les nuages décident, une fenêtre dure donc au moins {days} jours.</translation>
        </message>
        <message>
            <source>Map of the zone of interest</source>
            <translation>Carte de la zone d'intérêt</translation>
        </message>
        <message>
            <source>Remove what was drawn</source>
            <translation>Retirer ce qui est dessiné</translation>
        </message>
        <message>
            <source>Show the whole zone</source>
            <translation>Montrer toute la zone</translation>
        </message>
        <message>
            <source>Draw a rectangle</source>
            <translation>Dessiner un rectangle</translation>
        </message>
        <message>
            <source>Draw a polygon</source>
            <translation>Dessiner un polygone</translation>
        </message>
        <message>
            <source>Zone</source>
            <translation>Zone</translation>
        </message>
        <message>
            <source>Not shown by the scenes</source>
            <translation>Hors des scènes</translation>
        </message>
        <message>
            <source>Drag, or click two corners. Esc gives up.</source>
            <translation>Glissez, ou cliquez deux coins. Échap abandonne.</translation>
        </message>
        <message>
            <source>Click the corners; a right click or Enter ends.</source>
            <translation>Cliquez les sommets ; clic droit ou Entrée pour finir.</translation>
        </message>
        <message>
            <source>All of them</source>
            <translation>Tous</translation>
        </message>
        <message>
            <source>No scene matches: take words away, or widen the dates, the area or the cloud limit.</source>
            <translation>Aucune scène ne correspond : retirez des mots, ou élargissez les dates, la zone ou la limite de nuages.</translation>
        </message>
        <message>
            <source>{share} of the quota</source>
            <translation>{share} du quota</translation>
        </message>
        <message>
            <source>Edit my profile</source>
            <translation>Modifier mon profil</translation>
        </message>
        <message>
            <source>Profile, password, devices and licences, in the browser</source>
            <translation>Profil, mot de passe, appareils et licences, dans le navigateur</translation>
        </message>
        <message>
            <source>The page of your account cannot be opened</source>
            <translation>La page de votre compte ne peut pas être ouverte</translation>
        </message>
        <message>
            <source>Connect to a service first: your account opens in the browser.</source>
            <translation>Connectez-vous d'abord à un service : votre compte s'ouvre dans le navigateur.</translation>
        </message>
        <message>
            <source>This project has no budget to pay from. One can be given where it is changed.</source>
            <translation>Ce projet n'a pas de budget qui puisse payer. On peut lui en donner un là où il se modifie.</translation>
        </message>
        <message>
            <source>The project is saved</source>
            <translation>Le projet est enregistré</translation>
        </message>
        <message>
            <source>{id} is as you typed it: an earlier try had saved it, its answer was lost.</source>
            <translation>{id} est tel que vous l'avez saisi : un essai précédent l'avait enregistré, sa réponse s'est perdue.</translation>
        </message>
    </context>
</TS>
