"""Names of months, weekdays and quarters in seven languages."""

from twin.data.files.headings import plain

#: The twelve months in English, German, French, Spanish, Dutch, Italian and Polish, and short forms that are no
#: beginnings of these.
MONTHS = (
    "january januar jänner janvier enero januari gennaio styczeń jan",
    "february februar feber février febrero februari febbraio luty feb fev fév fvr",
    "march märz mars marzo maart marzec mrz mär mrt mar",
    "april avril abril aprile kwiecień apr avr abr kwi",
    "may mai mayo mei maggio maj",
    "june juni juin junio giugno czerwiec jun cze giu",
    "july juli juillet julio luglio lipiec jul juil lip lug",
    "august août agosto augustus sierpień aug aou ago sie",
    "september septembre septiembre settembre wrzesień sept sep set wrz",
    "october oktober octobre octubre ottobre październik okt oct ott paź",
    "november novembre noviembre listopad nov lis",
    "december dezember décembre diciembre dicembre grudzień dez dec déc dic gru",
)
MONTH_OF = {plain(name): number for number, names in enumerate(MONTHS, 1) for name in names.split()}
QUARTER_WORDS = frozenset("q quarter quartal qtr trimestre trim kwartal kwartaal t".split())
WEEKDAY_WORDS = frozenset(
    plain(name)
    for name in (
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so "
        "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim "
        "lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom "
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo "
        "lunedì martedì mercoledì giovedì venerdì sabato domenica gio sab "
        "poniedziałek wtorek środa czwartek piątek sobota niedziela pon wt śr czw pt sob nd"
    ).split()
)
