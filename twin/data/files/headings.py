"""Headings that files use for date, lane, volume and returns, in English, other languages and exports of systems."""

import re
import unicodedata
from functools import lru_cache

# Accepted headings, the first list of a name before the second; case, blanks, punctuation, accents and units in
# brackets are ignored: `Product Name` is product_name, `Menge (Pal.)` is menge.
ENGLISH_HEADINGS = {
    "date": "date, timestamp, datetime, order_date, invoice_date, ship_date, delivery_date, day, week, month, period",
    "lane": "lane, lane_id, lane_name, service_lane, route, route_id, route_name, corridor, product, "
    "product_id, product_name, product_code, sku, stock_code, item, item_id, item_name, item_code, article, "
    "material",
    "volume": "volume, demand, quantity, qty, sold, units, units_sold, unit_quantity, order_quantity, "
    "order_qty, pallets, flow",
    "returns": "returns, returned, return_volume, returned_volume, return_quantity, returned_quantity, return_qty",
}
OTHER_HEADINGS = {
    # German; SAP, warehouse and transport systems; French; Spanish; Dutch; Italian; Polish; tables of forecasts
    "date": "Datum, Tag, Zeitpunkt, Zeitstempel, Buchungsdatum, Belegdatum, Lieferdatum, Versanddatum, "
    "Auftragsdatum, "
    "Bestelldatum, Rechnungsdatum, Ladedatum, Entladedatum, Abgangsdatum, Wareneingangsdatum, Warenausgangsdatum, "
    "Leistungsdatum, Erfassungsdatum, WA-Datum, WE-Datum, Auslieferdatum, Abholdatum, "
    "Zustelldatum, Verladedatum, Transportdatum, Tourdatum, Ausgangsdatum, Eingangsdatum, Ist-Datum, Monat, Woche, "
    "Kalenderwoche, Kalendermonat, Kalendertag, KW, Periode, "
    "Zeitraum, Buchungsperiode, Buchungsmonat, "
    "BUDAT, BLDAT, LFDAT, WADAT, WADAT_IST, ERDAT, AUDAT, FKDAT, EINDT, BEDAT, CPUDT, CALDAY, CALWEEK, CALMONTH, "
    "0CALDAY, 0CALWEEK, 0CALMONTH, SPMON, SPTAG, SPWOC, posting_date, document_date, goods_issue_date, pick_date, "
    "loading_date, pickup_date, shipment_date, shipping_date, dispatch_date, departure_date, "
    "transaction_date, movement_date, pick_time, week_ending, week_end, week_beginning, "
    "week_commencing, week_start, week_of, month_ending,  calendar_day, calendar_week, calendar_month, year_month, "
    "year_week, yyyymm, yyyymmdd, "
    "date de livraison, date d'expédition, date de commande, jour, mois, semaine, période, "
    "fecha, fecha de entrega, fecha de envío, fecha de pedido, día, mes, semana, período, "
    "dag, maand, week, leverdatum, verzenddatum, orderdatum, periode, "
    "data, data di consegna, data di spedizione, data ordine, giorno, mese, settimana, periodo, "
    "data dostawy, data wysyłki, data zamówienia, dzień, miesiąc, tydzień, okres, ds",
    "lane": "Strecke, Relation, Route, Linie, Tour, Verbindung, Korridor, Verkehr, "
    "Artikel, Artikelnummer, Artikelnr, Art.-Nr., Produkt, Produktnummer, "
    ""
    "Material, Materialnummer, Materialnr, Warengruppe, Teilenummer, "
    "MATNR, material_number, material_no, part, part_number, part_no, part_id, item_number, item_no, sku_code, "
    "sku_id, "
    "lane_code, lane_no, route_code, lineitem_sku, trade_lane, tradelane, unique_id, "
    "liaison, trajet, itinéraire, produit, référence, article, ligne, "
    "ruta, trayecto, producto, artículo, referencia, línea, "
    "traject, artikel, artikelnummer, "
    "tratta, rotta, percorso, prodotto, articolo, codice articolo, "
    "trasa, relacja, produkt, towar, artykuł, indeks",
    "volume": "Menge, Anzahl, Stück, Stückzahl, Paletten, Palettenzahl, Anzahl Paletten, Palettenanzahl, "
    "Stellplätze, "
    "Palettenstellplätze, Volumen, Absatz, Absatzmenge, Bedarf, Bedarfsmenge, Liefermenge, Bestellmenge, "
    "Auftragsmenge, Versandmenge, Verkaufsmenge, Lademenge, Ist-Menge, Sendungsmenge, Aufkommen, "
    "MENGE, LFIMG, KWMENG, FKIMG, BSTMG, ERFMG, LGMNG, ABSMG, MGVBR, 0QUANTITY, "
    "qty_shipped, shipped_qty, shipped_quantity, quantity_shipped, delivered_quantity, delivery_quantity, "
    "ordered_quantity, qty_ordered, picked_qty, picked_quantity, number_of_pallets, no_of_pallets, pallet_count, "
    "plt, "
    "pallet_qty, pallet_spaces, lineitem_quantity, handling_units, loading_metres, LDM, Lademeter,  unit_sales, "
    "quantité, palettes, nombre de palettes, volume, demande, "
    "cantidad, palés, pallets, paletas, número de palés, demanda, unidades, "
    "hoeveelheid, aantal, aantal pallets, "
    "quantità, bancali, numero di bancali, pallet, pedane, domanda, "
    "ilość, palety, liczba palet, wolumen, popyt, ilosc palet, y",
    "returns": "Retouren, Rücksendungen, Rückgaben, Rücklieferungen, Retourenmenge, retours, devoluciones, retouren, "
    "resi, zwroty",
}
SECOND_HEADINGS = {  # taken only where no column has a heading of the lists above
    "date": "departure, created_on, created_at, day, week, month, period, Tag, Monat, Woche, Kalenderwoche, "
    "Kalendermonat, KW, Periode, Zeitraum, quarter, qtr, Quartal, trimestre, kwartaal, kwartał, calendar_quarter, "
    "fiscal_quarter, Geschäftsquartal, "
    "Buchungsperiode, Buchungsmonat, jour, mois, semaine, période, día, mes, semana, período, dag, maand, giorno, "
    "mese, settimana, periodo, dzień, miesiąc, tydzień, okres",
    "lane": "Artikelbezeichnung, Artikelname, Produktname, Streckenname, Relationsname, WERKS, plant, Werk, depot, "
    "store, store_id, shop, Filiale, warehouse, Lager, LGORT, site, Standort, "
    "location, customer, customer_id, Kunde, Kundennummer, KUNNR, terminal, hub, port, magasin, entrepôt, cliente, "
    "tienda, almacén, winkel, magazijn, klant, negozio, magazzino, sklep, magazyn, klient",
    "volume": "sales, TEU, count, Wert, value, containers, Container, parcels, Pakete, Kartons, cartons, cases, "
    "boxes, "
    "shipments, Sendungen, Stops, trucks, LKW, loads, Ladungen",
}
PAIRED = {  # columns that make a lane or a date together
    "origin": "origin, Von PLZ, PLZ von, PLZ Absender, Absender-PLZ, Start-PLZ, Belade-PLZ, Lade-PLZ, from_zip, "
    "from_postcode, origin_zip, from, from_location, origin_id, origin_name, origin_city, origin_code, ship_from, "
    "source, departure_location, loading_place, pickup_location, POL, port_of_loading, von, Abgang, Abgangsort, "
    "Versandort, Ladeort, Beladeort, Quelle, Startort, Start, Absender, VSTEL, KNOTA, origine, départ, "
    "lieu de chargement, origen, "
    "salida, herkomst, vertrek, van, partenza, da, origine, skąd, nadanie, załadunek, miejsce załadunku",
    "destination": "destination, dest, to, to_location, destination_id, destination_name, destination_city, "
    "destination_code, Nach PLZ, PLZ nach, PLZ Empfänger, Empfänger-PLZ, Ziel-PLZ, Entlade-PLZ, to_zip, to_postcode, "
    "destination_zip, ship_to, target, arrival_location, unloading_place, delivery_location, POD, "
    "port_of_discharge, "
    "nach, Empfang, Empfangsort, Bestimmungsort, Entladeort, Ziel, Zielort, Empfänger, KNOTZ, arrivée, "
    "lieu de déchargement, destino, llegada, bestemming, aankomst, naar, arrivo, a, destinazione, dokąd, odbiór, "
    "rozładunek, miejsce rozładunku",
    "year": "year, yr, Jahr, Kalenderjahr, Geschäftsjahr, GJAHR, CALYEAR, 0CALYEAR, année, an, año, jaar, anno, rok",
    "quarter": "quarter, qtr, Quartal, trimestre, kwartaal, kwartał",
    "month": "month, Monat, Kalendermonat, MONAT, Periode, period, mois, mes, maand, mese, miesiąc",
    "week": "week, Woche, Kalenderwoche, KW, week_number, week_no, iso_week, semaine, semana, settimana, tydzień",
    "day": "day, Tag, day_of_month, jour, día, dag, giorno, dzień",
    "hour": "hour, time, time_of_day, hour_of_day, Stunde, Uhrzeit, Zeit, heure, hora, uur, tijd, ora, godzina, UZEIT",
}
NO_FLOWS = (  # measures that are no volumes; a table without a known heading of a volume is not read by them
    "price, unit_price, Preis, Stückpreis, cost, costs, Kosten, revenue, Umsatz, Erlös, turnover, amount, Betrag, "
    "weight, Gewicht, gross_weight, net_weight, Bruttogewicht, Nettogewicht, temperature, Temperatur, distance, "
    "Entfernung, km, kg, rate, margin, Marge, tax, discount, Rabatt, prix, coût, poids, precio, coste, peso, prijs, "
    "kosten, gewicht, prezzo, costo, cena, koszt, waga, stock, Bestand, inventory, lead_time, Laufzeit, index, id, "
    "zip, zip_code, postcode, postal_code, PLZ, Postleitzahl, order_no, order_number, invoice_no, "
    "weekday, Wochentag, longitude, latitude, mean, average, Mittelwert, Durchschnitt, min, max, holiday, promotion"
)
TOTALS = (
    "total, totals, grand_total, subtotal, sub-total, sum, overall, Summe, Gesamt, Gesamtsumme, Gesamtergebnis, "
    "Ergebnis, Zwischensumme, Teilergebnis, insgesamt, somme, total général, sous-total, total general, suma, "
    "suma total, totaal, eindtotaal, subtotaal, totale, totale complessivo, subtotale, somma, razem, ogółem, "
    "suma końcowa, łącznie"
)
NAMES_KEPT = 1 << 15  # most headers whose reading is kept: each is asked for once per word and layout of a table
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
_UNIT = re.compile(r"\s*[\[(].*?[\])]\s*|\s+in\s+\S+$")


@lru_cache(NAMES_KEPT)
def plain(name: str) -> str:
    """Return a header in lower case without blanks, byte-order marks, punctuation and accents.

    >>> plain("\\ufeffProduct Name "), plain("Stückzahl")
    ('productname', 'stuckzahl')
    """
    bare = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l").replace("ø", "o"))
    return "".join(c for c in bare if c.isalnum())


@lru_cache(NAMES_KEPT)
def without_unit(name: str) -> str:
    """Return a header without what stands in brackets, or after a last `in`.

    >>> without_unit("Menge [PAL]"), without_unit("Volume (pallets)"), without_unit("Menge in Stück")
    ('Menge', 'Volume', 'Menge')
    """
    return _UNIT.sub(" ", name).strip() or name


def unit_of(name: str) -> str:
    """Return the unit that a header gives in brackets or after a last `in`, unless it is one of pallets.

    >>> unit_of("Menge [kg]"), unit_of("Volume (pallets)"), unit_of("Menge in Tsd"), unit_of("volume")
    ('kg', '', 'Tsd', '')
    """
    match = _UNIT.search(name)
    unit = match[0].strip().removeprefix("in ").strip("[]() ") if match else ""
    return "" if plain(unit) in UNITS_OF_FLOW or name.startswith(match[0] if match else " ") else unit


def known(*lists: str) -> frozenset[str]:
    """Return the plain forms of comma-separated headings, those with an umlaut also in their spelling without.

    Polish headings are also known in the form that a text in cp1250 has if it is read as cp1252: Iloœæ.
    """
    names = [name for each in lists for name in each.split(",")]
    spelt = ["".join(_UMLAUTS.get(c, c) for c in unicodedata.normalize("NFC", name.casefold())) for name in names]
    misread = [name.encode("cp1250", "ignore").decode("cp1252", "ignore") for name in names if not name.isascii()]
    return frozenset(plain(name) for name in (*names, *spelt, *misread))


SECOND_CHOICE = {ours: known(SECOND_HEADINGS.get(ours, "")) - {""} for ours in ENGLISH_HEADINGS}
FIRST_CHOICE = {
    ours: known(names, OTHER_HEADINGS[ours]) - SECOND_CHOICE[ours] for ours, names in ENGLISH_HEADINGS.items()
}
PAIRS = {part: known(names) for part, names in PAIRED.items()}
MEASURES, TOTAL_WORDS = known(NO_FLOWS), known(TOTALS)
UNITS_OF_FLOW = known(
    "pallet, pallets, pal, pall, plt, plts, Palette, Paletten, EUP, EPAL, Europaletten, Stellplätze, Stpl, "
    "pallet spaces, palettes, palé, palés, paletas, bancali, palety, pedane, qty, ErfassME, units, number, Anzahl"
) | {""}


def is_total(text: str) -> bool:
    """Return whether a name is that of a total: `Summe`, `Grand Total:`, `2024 Total`."""
    return plain(text).strip("0123456789") in TOTAL_WORDS


def ends_a_block(text: str) -> bool:
    """Return whether a cell of a row without a date says that the row is a total: `BER-MUC Ergebnis`, `Summe Mai`."""
    words = text.split()
    return bool(words) and (is_total(text) or is_total(words[0]) or is_total(words[-1]))
