"""Headings and words that files of policies use for the fields of `Policy`, in English and other languages."""

import re
from collections.abc import Mapping

from twin.data.files.headings import known, plain, without_unit
from twin.policy import POLICY

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
        "Lagerplätze, Palettenplätze, capacité, capacidad, capaciteit, capacità, pojemność"
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
_BRACKETS = re.compile(r"[\[(](.*?)[\])]|\bin\s+(\S+)$|(%)$")


def _names(field: str) -> frozenset[str]:
    """Return the plain forms of all headings of a field."""
    row = POLICY[field]
    return known(field, field.removesuffix("_days"), row.label, row.heading or field, FIELD_HEADINGS.get(field, ""))


FIELD_OF_HEADING: Mapping[str, str] = {name: field for field in POLICY for name in _names(field) if name}
WORD_OF_SPELLING: Mapping[str, str] = {name: word for word, others in SPELLINGS.items() for name in known(word, others)}


def field_of(heading: str) -> str | None:
    """Return the policy field of a heading; None if it names none.

    >>> field_of("Lagerkosten [€/Palette]"), field_of("Servicegrad (%)"), field_of("Kunde")
    ('holding_cost', 'service_level', None)
    """
    return FIELD_OF_HEADING.get(plain(heading)) or FIELD_OF_HEADING.get(plain(without_unit(heading)))


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
