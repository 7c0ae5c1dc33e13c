"""What headings usually mean, in English, German, French and Spanish. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def plain(heading: str) -> str:
    """Without case, accents, punctuation at the end, and with single spaces."""
    text = unicodedata.normalize("NFKD", heading.replace("ß", "ss")).casefold()
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[_\-./\ufeff]+", " ", text).strip(" *:?#'\"").split())


def words(text: str) -> frozenset[str]:
    return frozenset(plain(one) for one in text.split(","))


NAME = words(
    "name,names,tag,tags,tag name,title,"
    "schlagwort,bezeichnung,titel,etiquette,nom,intitule,libelle,titre,nombre,etiqueta,titulo,denominacion"
)
"""Headings of the name itself, whatever else there is."""
LONG_NAME = words(
    "project name,project title,job name,job title,ticket name,ticket title,retainer name,retainer title,client name,"
    "customer name,department name,class name,location name,cost centre name,cost center name,description,"
    "projektname,projekttitel,beschreibung,kostenstellenname,nom du projet,nom projet,titre du projet,description,"
    "nombre del proyecto,nombre de proyecto,titulo del proyecto,descripcion"
)
GL = words(
    "gl,gl code,gl codes,glcode,tag gl,tag gl code,gl account,gl number,general ledger code,ledger code,account code,"
    "sachkonto,konto,kontonummer,compte,code comptable,numero de compte,cuenta,cuenta contable,codigo contable"
)
CODE = words(
    "code,codes,tag code,project code,project codes,project number,project no,project id,job code,job number,job no,"
    "job id,ticket number,number,no,nr,id,external id,custom id,reference,ref,cost centre code,cost center code,"
    "nummer,projektnummer,projektcode,projekt nr,projekt id,kurzel,kostenstellennummer,auftragsnummer,"
    "code projet,code du projet,numero,numero de projet,numero du projet,"
    "codigo,codigo de proyecto,codigo del proyecto,numero de proyecto,clave"
)
ENABLED = words(
    "enabled,is enabled,active,is active,aktiv,aktiviert,freigegeben,actif,active,activee,activo,activa,habilitado"
)
PERHAPS_ENABLED = words("status,state,etat,estado,in use")
"""Only when each value is one of yes or no."""
TARGET = words("accelo target,accelo,against,accelo object")
LEVEL = words(
    "project,projects,client,customer,company,department,class,location,region,country,state,city,office,branch,site,"
    "cost centre,cost center,job,task,phase,ticket,retainer,team,division,business unit,fund,program,programme,entity,"
    "projekt,kunde,mandant,firma,abteilung,klasse,standort,land,stadt,kostenstelle,auftrag,aufgabe,niederlassung,"
    "projet,client,societe,departement,service,classe,lieu,pays,ville,bureau,agence,centre de cout,equipe,"
    "proyecto,cliente,empresa,departamento,clase,ubicacion,pais,ciudad,oficina,centro de coste,centro de costo,"
    "centro de costos,equipo,tarea"
)
"""What people call a level, and a single list when there is no better heading for its names."""

ENOUGH = NAME | LONG_NAME | GL | CODE | TARGET | LEVEL
"""One of these makes a row the headings. A word for enabled does not: it may be a value."""

ALL = ENOUGH | ENABLED | PERHAPS_ENABLED

YES = frozenset(
    "yes y true 1 on enabled active x checked ja j wahr ein aktiv oui o vrai actif si s verdadero activo".split()
) | {"sí", "✓", "✔"}
NO = frozenset(
    "no n false 0 off disabled inactive nein falsch aus inaktiv non faux inactif falso inactivo unchecked".split()
)


def meant(text: str) -> bool | None:
    """Yes, no, or None for what cannot be told. Blank = yes."""
    word = text.strip().casefold()
    return True if not word or word in YES else False if word in NO else None


def all_meant(values: Iterable[str]) -> bool:
    """Whether there is a value, and each is one of yes or no."""
    filled = [value for value in values if value.strip()]
    return bool(filled) and all(meant(value) is not None for value in filled)


def gl_of(heading: str) -> str:
    """ "Client" for "Client GL" or "Client GL Code", '' for others."""
    found = re.fullmatch(r"(.+?) (gl|gl code|code|gl account)", plain(heading))
    return found[1] if found else ""
