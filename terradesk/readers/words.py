"""Words in the headers of tables that say what a column means, in six languages."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# A word matches a header that is it, or that holds it as whole words; "~" in front: only the
# whole header. Earlier roles win. English, French, Polish, Swedish, German, Persian.
WORDS: dict[str, str] = {
    "lat": """
        latitude; ~lat; lat dd; geo lat; gps lat; intptlat; ~y; breitengrad; breite;
        szerokosc geograficzna; ~szerokosc; latitud; breddgrad; ~bredd; عرض جغرافیایی; ~عرض""",
    "lon": """
        longitude; ~lon; ~lng; ~long; lon dd; geo lon; geo lng; intptlon; gps lon; gps lng; ~x;
        langengrad; ~lange; laengengrad; dlugosc geograficzna; ~dlugosc; longitud; langdgrad;
        طول جغرافیایی; ~طول""",
    "postcode": """
        zip; zip code; zipcode; postal code; post code; postcode; postalcode; plz; postleitzahl;
        code postal; ~cp; kod pocztowy; postnummer; ~postnr; zcta; zcta5; کد پستی; کدپستی""",
    "rate": """
        rate; ratio; percent; percentage; pct; share; average; avg; mean; median; price; cost per;
        per capita; per unit; discount; margin pct; index; score; rating; wage; income; salary;
        age; density; growth; temperature; latitude; longitude; probability; likelihood; change;
        taux; moyen; moyenne; mediane; median; prix; pourcentage; remise; indice; densite;
        croissance; salaire; revenu moyen; revenu median; part de;
        srednia; sredni; srednie; mediana; cena; procent; udzial; rabat; wskaznik; stopa; gestosc;
        wynagrodzenie; dochod;
        genomsnitt; genomsnittlig; medel; medelvarde; medianinkomst; inkomst; lon per; pris;
        andel; rabatt; kvot; tathet; tillvaxt; medelinkomst; medianalder;
        durchschnitt; durchschnittlich; mittelwert; preis; prozent; anteil; quote; einkommen;
        dichte; wachstum; gehalt; satz; arbeitslosenquote; kaufkraftindex; bevolkerungsdichte;
        میانگین; متوسط; میانه; قیمت; درصد; نرخ; تخفیف; نسبت; سهم; تراکم; رشد; شاخص; حقوق""",
    "revenue": """
        sales; revenue; turnover; net sales; gross sales; sales amount; total sales; order value;
        ventes; chiffre d affaires; ~ca; chiffre daffaires; montant;
        sprzedaz; przychod; przychody; obrot; wartosc zamowien; kwota;
        forsaljning; omsattning; intakt; intakter; belopp;
        umsatz; erlos; erlose; betrag; verkaufe;
        فروش; درآمد; مبلغ; گردش مالی""",
    "money": """
        profit; margin; amount; spend; cost; budget; potential; pipeline; arr; mrr; acv; value;
        quota; benefice; marge; cout; depenses; zysk; marza; koszt; budzet; vinst; marginal;
        kostnad; gewinn; marge; kosten; سود; هزینه; بودجه; ارزش""",
    "amount": """
        quantity; qty; units; volume; orders; visits; calls; customers; accounts; population; pop;
        households; establishments; employment; employees; inhabitants; stores; beds; devices;
        seats; licenses; count; total; number of; sum; hours; minutes;
        quantite; volume; commandes; visites; clients; habitants; menages; emplois; effectif;
        nombre; total; heures;
        ilosc; sztuki; zamowienia; wizyty; klienci; ludnosc; mieszkancy; gospodarstwa; liczba;
        suma; godziny; zatrudnienie;
        antal; volym; bestallningar; besok; kunder; befolkning; invanare; hushall; folkmangd;
        anstallda; summa; timmar;
        menge; anzahl; stuck; bestellungen; besuche; kunden; bevolkerung; einwohner; haushalte;
        beschaftigte; summe; stunden;
        تعداد; مقدار; جمعیت; سفارش; بازدید; خانوار; مجموع; کارکنان""",
    "text": """
        date; day; month; quarter; year; phone; telephone; tel; mobile; fax; email; e mail; mail;
        website; url; www; comment; note; notes; remark; product; category; sub category; segment;
        ship mode; channel; brand; status; type; industry; sector; title; gender;
        annee; mois; jour; trimestre; telephone; courriel; site web; commentaire; produit;
        categorie; secteur; canal; statut;
        data; dzien; miesiac; kwartal; rok; telefon; uwagi; produkt; kategoria; branza; kanal;
        datum; manad; kvartal; ~ar; telefonnummer; epost; kommentar; kategori; bransch; typ;
        tag; monat; quartal; jahr; bemerkung; kategorie; branche; status;
        تاریخ; سال; ماه; روز; تلفن; موبایل; ایمیل; توضیحات; محصول; دسته; نوع""",
    "street": """
        street; address; street address; address 1; addr; address line; adresse; rue; adres; ulica;
        adress; gata; gatuadress; strasse; anschrift; آدرس; نشانی; خیابان""",
    "city": """
        city; town; place; locality; municipality; ville; commune; localite; miasto; miejscowosc;
        gmina; stad; ort; kommun; stadt; gemeinde; شهر; شهرستان""",
    "country": """
        country; country code; nation; pays; kraj; panstwo; land; staat; کشور""",
    "state": """
        state; province; ~st; state code; county; department; departement; wojewodztwo; powiat;
        lan; bundesland; kreis; استان; ایالت""",
    "owner": """
        owner; account owner; rep; sales rep; sales representative; representative; salesperson;
        salesman; account manager; territory; sales territory; district; region; agent; seller;
        commercial; representant; vendeur; secteur commercial; territoire; responsable;
        przedstawiciel; handlowiec; opiekun; sprzedawca; terytorium; rejon;
        saljare; agare; ansvarig; distrikt; saljdistrikt; kundansvarig;
        vertreter; verkaufer; aussendienst; gebiet; betreuer; vertriebsgebiet; kundenbetreuer;
        فروشنده; نماینده; مسئول; بازاریاب; منطقه; ویزیتور""",
    "name": """
        account name; customer name; company name; company; customer; client; account; name;
        prospect; prospect name; lead; business name; organisation; organization; store name;
        ~store; hospital; ~shop;
        nom; nom du client; client; societe; entreprise; raison sociale; enseigne; magasin;
        nazwa; klient; firma; nazwa klienta; nazwa firmy; kontrahent; sklep;
        namn; kund; kundnamn; foretag; foretagsnamn; butik;
        kunde; kundenname; firma; firmenname; unternehmen; bezeichnung; filiale;
        نام; نام مشتری; مشتری; شرکت; نام شرکت; فروشگاه""",
    "id": """
        id; account id; customer id; client id; account number; customer number; customer no;
        account no; cust no; cust id; number; ~no; ~nr; uid; crm id; key; ~code; account code;
        customer code; identifiant; numero; numero client; n client; n de client; n compte;
        no client; store no; store id; store number; shop no; debitor; debitorennummer; kunnr;
        sold to; code client; ref; reference;
        identyfikator; numer; numer klienta; kod klienta; nr klienta;
        kundnummer; kundnr; nummer; kundid; organisationsnummer;
        kundennummer; kundennr; kunden nr; kundennr; nummer; schluessel;
        شناسه; کد مشتری; شماره مشتری; کد; شماره""",
    "unit_code": """
        geoid; fips; county fips; fips code; unit code; unit id; unitid; area code; insee;
        code insee; teryt; kommunkod; kommun kod; lan kod; ags; nuts; nuts id; lau; iso 3166 2""",
}

UNIT_CODES = """
    geoid; geoid10; geoid20; fips; unit code; unit id; unitid; zcta5ce10; zcta5ce20; zip; zipcode;
    zip code; postcode; postal code; plz; code; ~id; insee; code insee; insee com; insee dep;
    code insee; teryt; jpt kod je; kommun kod; kommunkod; knkod; lan kod; lankod; ags; rs; nuts id;
    lau id; iso 3166 2; kod; kode; key; code dept; gid; osm id; fid; objectid"""
"""Headers of the code of an area, the likelier first."""

UNIT_NAMES = """
    name; namelsad; kommun; kommunnamn; knnamn; lan; lannamn; libelle; nom; nom com; nom dep;
    nazwa; jpt nazwa; namn; gen; bez; title; label; county; region; nuts name; name en; bezeichnung;
    نام"""
"""Headers of the name of an area, the likelier first."""


@lru_cache(maxsize=4096)
def plain(header: str) -> str:
    """A header as small letters without accents, words apart: ``PostalCode`` is postal code."""
    split = re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])", " ", header)
    folded = split.casefold().replace("ł", "l").replace("ø", "o").replace("ı", "i")
    folded = folded.replace("#", " no ").replace("ي", "ی").replace("ك", "ک").replace("\u200c", " ")
    letters = unicodedata.normalize("NFKD", folded)
    kept = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", kept.replace("_", " ")))


@lru_cache(maxsize=64)
def split(words: str) -> tuple[str, ...]:
    """The single entries of a list of words, as `plain` would give them."""
    entries = (entry.strip() for entry in words.split(";"))
    return tuple("~" * e.startswith("~") + plain(e) for e in entries if e)


def weight(header: str, role: str) -> float:
    """How well a header says a role: 0 not at all, 1 it is one of its words."""
    text = plain(header)
    best = 0.0
    for word in split(WORDS[role]):
        if text == word.removeprefix("~"):
            return 1.0
        if not word.startswith("~") and f" {word} " in f" {text} ":
            best = max(best, 0.4 + 0.5 * len(word) / len(text))
    return best


def rank(header: str, words: str) -> int | None:
    """Place of a header in a list of words, None when it is not in it."""
    text = plain(header)
    entries = [entry.removeprefix("~") for entry in split(words)]
    return entries.index(text) if text in entries else None
