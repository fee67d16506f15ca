"""Words in headers of lists of territories and people, as `readers.words` has them."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "territory": """
        territory; territory name; sales territory; terr; terr name; territoire; secteur; tournee;
        terytorium; rejon; distrikt; saljdistrikt; gebiet; verkaufsgebiet; vertriebsgebiet;
        alignment; ~assigned to; ~assignment; منطقه; قلمرو""",
    "district": """
        district; district name; area manager; zone; ~area; group; bezirk; obwod; gruppe;
        gruppo; grupp; district code""",
    "region": """
        region; region name; sales region; regio; grossregion; makroregion; ~division; استان""",
    "rep": """
        rep; rep name; sales rep; representative; sales representative; salesperson; salesman;
        owner; account owner; account manager; agent; seller; commercial; representant; vendeur;
        responsable; przedstawiciel; handlowiec; opiekun; saljare; ansvarig; vertreter;
        verkaufer; betreuer; aussendienst; نماینده; فروشنده; ویزیتور""",
    "email": "email; e mail; mail; email address; rep email; courriel; epost; e post; ایمیل",
    "colour": "colour; color; fill; hex; couleur; kolor; farg; farbe; رنگ",
    "manager": """
        manager; reports to; supervisor; boss; manager name; manager id; manager email; superieur;
        responsable hierarchique; przelozony; kierownik; chef; vorgesetzter; leiter; مدیر""",
    "rep_id": """
        id; rep id; employee id; employee number; employee no; personnel number; staff id; number;
        ~no; matricule; numer; anstallningsnummer; personalnummer; شناسه""",
    "role": "role; job; job title; title; position; function; poste; stanowisko; roll; rolle; سمت",
    "hired": """
        hired; hire date; hired on; start of employment; date of hire; joined; employed since;
        date d embauche; data zatrudnienia; anstalld; eintritt; eintrittsdatum; تاریخ استخدام""",
    "share": "share; fte; percent; allocation; quotite; udzial; andel; anteil; سهم",
    "start": "from; start; start date; since; valid from; debut; od; fran; von; ab; از",
    "end": "to; until; end; end date; valid to; fin; ~do; till; bis; تا",
    "note": "note; notes; comment; remark; commentaire; uwagi; kommentar; bemerkung; توضیحات",
    "name": "name; full name; rep; sales rep; employee; nom; nazwisko; namn; mitarbeiter; نام",
    "until": "until; valid until; expires; expiry; end; end date; jusqu au; bis; till; تا",
    "reason": "reason; note; comment; why; raison; powod; grund; anledning; دلیل",
}
