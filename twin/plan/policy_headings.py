"""Headings and words that files of policies use for the fields of `Policy`, in English and other languages."""

import re
from collections.abc import Mapping

from twin.data.files.headings import known, plain, without_unit
from twin.policy import POLICY

SITE_HEADINGS = (
    "warehouse, location, Standort, Niederlassung, Lagerort, Lagerstandort, entrepôt, almacén, vestiging, magazijn, "
    "magazzino, magazyn"
)
#: Policy field -> headings besides its name and its label: English, German, French, Spanish, Dutch, Italian, Polish.
FIELD_HEADINGS = {
    "holding_cost": (
        "holding costs, storage cost, carrying cost, Lagerkosten, Lagerhaltungskosten, Haltungskosten, "
        "Bestandskosten, Lagerkostensatz, coût de stockage, coût de possession, coste de almacenamiento, "
        "opslagkosten, voorraadkosten, costo di stoccaggio, koszt składowania, koszt magazynowania"
    ),
    "own_place_cost": (
        "rent, cost of an own place, Platzkosten, Stellplatzkosten, Miete, loyer, alquiler, huur, affitto, czynsz"
    ),
    "sla_penalty": (
        "penalty, contract penalty, Vertragsstrafe, Pönale, Strafe, Strafkosten, Fehlmengenkosten, pénalité, "
        "penalización, boete, penale, kara umowna"
    ),
    "service_revenue": (
        "revenue, price, Erlös, Umsatz, Preis, Verkaufspreis, prix, recette, ingreso, precio, opbrengst, prijs, "
        "ricavo, prezzo, przychód, cena"
    ),
    "handling_cost": (
        "handling, Handlingkosten, Umschlagskosten, Umschlagkosten, Handhabungskosten, coût de manutention, coste "
        "de manipulación, handlingkosten, costo di movimentazione, koszt obsługi"
    ),
    "fixed_order_cost": (
        "order cost, ordering cost, setup cost, Bestellkosten, fixe Bestellkosten, Bestellfixkosten, Rüstkosten, "
        "coût de commande, coste de pedido, bestelkosten, costo di ordinazione, koszt zamówienia"
    ),
    "lead_time_mean_days": (
        "lead time, lead time days, mean lead time, average lead time, Lieferzeit, mittlere Lieferzeit, "
        "Lieferzeit Mittel, Wiederbeschaffungszeit, WBZ, PLIFZ, Laufzeit, Durchlaufzeit, délai, délai de "
        "livraison, plazo de entrega, levertijd, doorlooptijd, tempo di consegna, czas dostawy"
    ),
    "lead_time_sd_days": (
        "lead time sd, sd of the lead time, lead time standard deviation, Lieferzeitstreuung, Streuung der "
        "Lieferzeit, Standardabweichung der Lieferzeit, Standardabweichung Lieferzeit, Lieferzeit "
        "Standardabweichung, écart type du délai, desviación del plazo, standaardafwijking levertijd, deviazione "
        "del tempo di consegna, odchylenie czasu dostawy"
    ),
    "review_period_days": (
        "review period, review interval, Bestellrhythmus, Prüfintervall, Bestellintervall, Bestellzyklus, période "
        "de révision, período de revisión, bestelinterval, periodo di revisione, okres przeglądu"
    ),
    "return_rate": (
        "share of returns, Retourenquote, Rücklaufquote, Retourenrate, Rückgabequote, taux de retour, tasa de "
        "devolución, retourpercentage, tasso di reso, stopa zwrotów"
    ),
    "internal_capacity": (
        "capacity, own capacity, own places, Kapazität, eigene Kapazität, Eigenkapazität, Stellplätze, "
        "eigene Stellplätze, eigene Plätze, Lagerplätze, eigene Lagerplätze, Palettenplätze, "
        "capacité, capacidad, capaciteit, capacità, pojemność"
    ),
    "partner_surcharge": (
        "surcharge, Zuschlag, Partnerzuschlag, Aufschlag, Fremdlagerzuschlag, supplément, recargo, toeslag, "
        "supplemento, dopłata"
    ),
    "dwell": (
        "dwell time, Verweildauer, Liegezeit, Standzeit, durée de séjour, permanencia, verblijftijd, permanenza, "
        "czas postoju"
    ),
    "service_level": (
        "service, service target, cycle service level, target service level, Servicegrad, Lieferbereitschaft, "
        "Lieferbereitschaftsgrad, Servicelevel, niveau de service, taux de service, nivel de servicio, "
        "servicegraad, livello di servizio, poziom obsługi"
    ),
    "kind": "kind of lane, type, Art, Typ, Streckenart, tipo, soort, rodzaj",
    "unmet": "unmet demand, rule for unmet demand, Fehlmengen, Fehlmenge",
    "basis": "billing basis, Abrechnungsbasis, Abrechnung",
    "lead_times": "law of lead times, Lieferzeitgesetz",
}
#: Kind of a plan -> its fields -> headings besides their names and those of a policy.
PLAN_HEADINGS = {
    "lane": {"site": SITE_HEADINGS},
    "site": {
        "site": SITE_HEADINGS,
        "places": (
            "own places, capacity, Stellplätze, eigene Stellplätze, Plätze, Lagerplätze, Palettenplätze, Kapazität, "
            "emplacements, capacité, plazas, capacidad, plaatsen, capaciteit, posti, capacità, miejsca, pojemność"
        ),
        "handling_per_period": (
            "handling, handling capacity, handling per day, Umschlag, Umschlag je Tag, Umschlag pro Tag, "
            "Umschlagleistung, Umschlagkapazität, Schichtleistung, manutention, manipulación, overslag, "
            "movimentazione, przeładunek"
        ),
    },
}
#: Word of a field -> spellings besides its own.
SPELLINGS = {
    "flow": "Fluss, Durchlauf, Umschlag, flux, flujo, flusso, przepływ",
    "stock": "stocked, Lager, Bestand, Bestandslager, Lagerware, voorraad, existencias, scorta, zapas",
    "backordered": "backorder, back order, Rückstand, Nachlieferung, nachgeliefert",
    "lost": "lost sales, verloren, entgangen",
    "partner": "Fremdlager",
    "peak": "Spitze, Spitzenbestand",
    "close": "closing, Endbestand, Periodenende",
    "persistent": "anhaltend, beständig",
    "waiting": "wartend",
    "independent": "unabhängig",
}
DAY_WORDS = known("d, day, days, Tag, Tage, Tagen, T, calendar days, Kalendertage, jours, días, dagen, giorni, dni")
_PRICE_UNIT = re.compile(r"\s+(?:€|\$|£|EUR|USD|GBP|CHF|PLN)(?:\s*(?:/|je\b|pro\b|per\b).*)?$", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[(](.*?)[\])]|\bin\s+(\S+)$|(%)$")


def _names(field: str) -> frozenset[str]:
    """Return the plain forms of all headings of a field."""
    row = POLICY[field]
    return known(field, field.removesuffix("_days"), row.label, row.heading or field, FIELD_HEADINGS.get(field, ""))


FIELD_OF_HEADING: Mapping[str, str] = {name: field for field in POLICY for name in _names(field) if name}
PLAN_FIELDS: Mapping[str, Mapping[str, str]] = {
    kind: {name: field for field, names in fields.items() for name in known(names)}
    for kind, fields in PLAN_HEADINGS.items()
}
WORD_OF_SPELLING: Mapping[str, str] = {name: word for word, others in SPELLINGS.items() for name in known(word, others)}


def field_of(heading: str) -> str | None:
    """Return the policy field of a heading; None if it names none.

    >>> field_of("Lagerkosten [€/Palette]"), field_of("Lagerkosten €/Palette/Tag"), field_of("Kunde")
    ('holding_cost', 'holding_cost', None)
    """
    return next(filter(None, map(FIELD_OF_HEADING.get, _forms(heading))), None)


def plan_field_of(kind: str, heading: str) -> str | None:
    """Return the field of a kind of entries that a heading names in another language; None if it names none.

    >>> plan_field_of("site", "Stellplätze"), plan_field_of("lane", "Stellplätze"), plan_field_of("lane", "Standort")
    ('places', 'internal_capacity', 'site')
    """
    found = next(filter(None, map(PLAN_FIELDS.get(kind, {}).get, _forms(heading))), None)
    return found or (field_of(heading) if kind == "lane" else None)


def _forms(heading):
    """Return the plain forms of a heading: whole, without a unit in brackets, and without a price's unit behind it."""
    return [plain(text) for text in (heading, without_unit(heading), _PRICE_UNIT.sub("", heading))]


def unit_of_heading(heading: str) -> str:
    """Return the unit that a heading states in brackets, after `in`, or as a per cent sign at its end; "" for none."""
    found = _BRACKETS.search(heading.strip())
    return next(filter(None, found.groups()), "") if found else ""


def word_of_policy(field: str, text: str) -> str:
    """Return the field's own word for a spelling of it; any other text as it is.

    >>> word_of_policy("kind", "Lager"), word_of_policy("kind", "STOCK"), word_of_policy("kind", "both")
    ('stock', 'stock', 'both')
    """
    word = WORD_OF_SPELLING.get(plain(text), text)
    return word if field in POLICY and word in POLICY[field].choices else text
