"""Names of regions as people write them, beside the codes that GeoNames gives its cities."""

from __future__ import annotations

US_STATES = """
AL: Alabama, Ala, آلاباما; AK: Alaska, آلاسکا; AZ: Arizona, Ariz, آریزونا;
AR: Arkansas, Ark, آرکانزاس;
CA: California, Calif, Cal, Californie, Kalifornia, Kalifornien, کالیفرنیا;
CO: Colorado, Colo, Kolorado, کلرادو; CT: Connecticut, Conn, کنتیکت; DE: Delaware, Del, دلاویر;
DC: District of Columbia, Washington DC, D C, District de Columbia, Dystrykt Kolumbii,
واشینگتن دی سی; FL: Florida, Fla, Floride, Floryda, فلوریدا; GA: Georgia, Géorgie, جورجیا;
HI: Hawaii, Hawaï, Hawaje, هاوایی; ID: Idaho, آیداهو; IL: Illinois, Ill, ایلینوی;
IN: Indiana, Ind, ایندیانا; IA: Iowa, آیووا; KS: Kansas, Kans, کانزاس; KY: Kentucky, کنتاکی;
LA: Louisiana, Louisiane, Luizjana, لوئیزیانا; ME: Maine, مین; MD: Maryland, مریلند;
MA: Massachusetts, Mass, ماساچوست; MI: Michigan, Mich, میشیگان; MN: Minnesota, Minn, مینه سوتا;
MS: Mississippi, Miss, Missisipi, می سی سی پی; MO: Missouri, میزوری; MT: Montana, Mont, مونتانا;
NE: Nebraska, Neb, نبراسکا; NV: Nevada, Nev, Newada, نوادا; NH: New Hampshire, N H, نیوهمپشایر;
NJ: New Jersey, N J, نیوجرسی;
NM: New Mexico, N M, Nouveau-Mexique, Nowy Meksyk, Neumexiko, نیومکزیکو;
NY: New York, N Y, État de New York, Nowy Jork, نیویورک;
NC: North Carolina, N C, Caroline du Nord, Karolina Północna, کارولینای شمالی;
ND: North Dakota, N D, Dakota du Nord, Dakota Północna, داکوتای شمالی; OH: Ohio, اوهایو;
OK: Oklahoma, Okla, اکلاهما; OR: Oregon, Ore, اورگن;
PA: Pennsylvania, Penn, Penna, Pennsylvanie, Pensylwania, پنسیلوانیا;
RI: Rhode Island, رود آیلند;
SC: South Carolina, S C, Caroline du Sud, Karolina Południowa, کارولینای جنوبی;
SD: South Dakota, S D, Dakota du Sud, Dakota Południowa, داکوتای جنوبی;
TN: Tennessee, Tenn, تنسی; TX: Texas, Tex, Teksas, تگزاس; UT: Utah, یوتا; VT: Vermont, ورمونت;
VA: Virginia, Virginie, Wirginia, ویرجینیا; WA: Washington, Wash, État de Washington, واشینگتن;
WV: West Virginia, W Va, Virginie-Occidentale, Wirginia Zachodnia, ویرجینیای غربی;
WI: Wisconsin, Wis, ویسکانسین; WY: Wyoming, Wyo, وایومینگ;
PR: Puerto Rico, Porto Rico, پورتوریکو"""

CANADA = """
01: AB, Alberta; 02: BC, British Columbia, Colombie-Britannique; 03: MB, Manitoba;
04: NB, New Brunswick, Nouveau-Brunswick;
05: NL, Newfoundland, Newfoundland and Labrador, Terre-Neuve-et-Labrador;
07: NS, Nova Scotia, Nouvelle-Écosse; 08: ON, Ontario;
09: PE, PEI, Prince Edward Island, Île-du-Prince-Édouard; 10: QC, PQ, Quebec;
11: SK, Saskatchewan; 12: YT, Yukon; 13: NT, Northwest Territories; 14: NU, Nunavut"""

REGIONS = {
    "DE": """
01: BW, Baden-Württemberg, Bade-Wurtemberg, Badenia-Wirtembergia;
02: BY, Bayern, Bavaria, Bavière, Bawaria; 03: HB, Bremen, Brême, Brema;
04: HH, Hamburg, Hambourg; 05: HE, Hessen, Hesse, Hesja;
06: NI, Niedersachsen, Lower Saxony, Basse-Saxe, Dolna Saksonia;
07: NW, NRW, Nordrhein-Westfalen, North Rhine-Westphalia, Rhénanie-du-Nord-Westphalie,
Nadrenia Północna-Westfalia;
08: RP, Rheinland-Pfalz, Rhineland-Palatinate, Rhénanie-Palatinat, Nadrenia-Palatynat;
09: SL, Saarland, Sarre; 10: SH, Schleswig-Holstein;
11: BB, Brandenburg, Brandebourg, Brandenburgia;
12: MV, Mecklenburg-Vorpommern, Mecklenburg-Western Pomerania,
Mecklembourg-Poméranie-Occidentale; 13: SN, Sachsen, Saxony, Saxe, Saksonia;
14: ST, Sachsen-Anhalt, Saxony-Anhalt, Saxe-Anhalt;
15: TH, Thüringen, Thuringia, Thuringe, Turyngia; 16: BE, Berlin""",
    "PL": """
72: Dolnośląskie, Lower Silesia, Lower Silesian, DS;
73: Kujawsko-Pomorskie, Kuyavia-Pomerania, Kuyavian-Pomeranian, KP; 74: Łódzkie, Łódź, LD;
75: Lubelskie, Lublin, LU; 76: Lubuskie, Lubusz, LB;
77: Małopolskie, Małopolska, Lesser Poland, MA;
78: Mazowieckie, Mazowsze, Mazovia, Masovian, MZ; 79: Opolskie, Opole, OP;
80: Podkarpackie, Subcarpathia, Subcarpathian, PK; 81: Podlaskie, Podlachia, PD;
82: Pomorskie, Pomerania, Pomeranian, PM; 83: Śląskie, Silesia, Silesian, SL;
84: Świętokrzyskie, Holy Cross, SK;
85: Warmińsko-Mazurskie, Warmia-Mazury, Warmian-Masurian, WN;
86: Wielkopolskie, Wielkopolska, Greater Poland, WP;
87: Zachodniopomorskie, West Pomerania, West Pomeranian, ZP""",
    "SE": """
02: Blekinge; 03: Gävleborg; 05: Gotland; 06: Halland; 07: Jämtland; 08: Jönköping; 09: Kalmar;
10: Dalarna, Dalecarlia; 12: Kronoberg; 14: Norrbotten; 15: Örebro; 16: Östergötland;
18: Södermanland, Sörmland; 21: Uppsala; 22: Värmland; 23: Västerbotten; 24: Västernorrland;
25: Västmanland; 26: Stockholm; 27: Skåne, Scania;
28: Västra Götaland, Västra Götalandsregionen""",
    "FR": """
11: Île-de-France, IDF; 24: Centre-Val de Loire, Centre;
27: Bourgogne-Franche-Comté, Bourgogne, Franche-Comté; 28: Normandie, Normandy;
32: Hauts-de-France, Nord-Pas-de-Calais, Picardie;
44: Grand Est, Alsace, Lorraine, Champagne-Ardenne; 52: Pays de la Loire;
53: Bretagne, Brittany; 75: Nouvelle-Aquitaine, Aquitaine, Limousin, Poitou-Charentes;
76: Occitanie, Languedoc-Roussillon, Midi-Pyrénées;
84: Auvergne-Rhône-Alpes, Auvergne, Rhône-Alpes; 93: Provence-Alpes-Côte d'Azur, PACA;
94: Corse, Corsica""",
    "IR": """
01: West Azerbaijan, آذربایجان غربی; 03: Chaharmahal and Bakhtiari, چهارمحال و بختیاری;
04: Sistan and Baluchestan, سیستان و بلوچستان;
05: Kohgiluyeh and Boyer-Ahmad, کهگیلویه و بویراحمد; 07: Fars, فارس; 08: Gilan, گیلان;
09: Hamadan, همدان; 10: Ilam, ایلام; 11: Hormozgan, هرمزگان; 13: Kermanshah, کرمانشاه;
15: Khuzestan, خوزستان; 16: Kurdistan, Kordestan, کردستان; 22: Bushehr, بوشهر;
23: Lorestan, لرستان; 25: Semnan, سمنان; 26: Tehran, تهران; 28: Isfahan, Esfahan, اصفهان;
29: Kerman, کرمان; 32: Ardabil, Ardebil, اردبیل; 33: East Azerbaijan, آذربایجان شرقی;
34: Markazi, مرکزی; 35: Mazandaran, مازندران; 36: Zanjan, زنجان; 37: Golestan, گلستان;
38: Qazvin, قزوین; 39: Qom, قم; 40: Yazd, یزد; 41: South Khorasan, خراسان جنوبی;
42: Razavi Khorasan, Khorasan, خراسان رضوی; 43: North Khorasan, خراسان شمالی; 44: Alborz, البرز""",
    "GB": "ENG: England; SCT: Scotland; WLS: Wales; NIR: Northern Ireland",
}
"""Regions by the first administrative code of GeoNames; names in the languages of their users."""

IRANIAN_CITIES = """
Tehran: تهران; Mashhad: مشهد; Isfahan: اصفهان; Karaj: کرج; Shiraz: شیراز; Tabriz: تبریز;
Qom: قم; Ahvaz: اهواز; Kermanshah: کرمانشاه; Orūmīyeh: ارومیه; Rasht: رشت; Zahedan: زاهدان;
Hamadān: همدان; Kerman: کرمان; Yazd: یزد; Ardabīl: اردبیل; Bandar Abbas: بندرعباس, بندر عباس;
Arāk: اراک; Eslamshahr: اسلامشهر, اسلام شهر; Zanjān: زنجان; Sanandaj: سنندج; Qazvin: قزوین;
Khorramabad: خرم آباد, خرم‌آباد; Gorgān: گرگان; Sari: ساری; Bojnūrd: بجنورد; Bushehr: بوشهر;
Dezfūl: دزفول; Borujerd: بروجرد; Neyshābūr: نیشابور; Sabzevar: سبزوار; Bābol: بابل; Āmol: آمل;
Abadan: آبادان; Khorramshahr: خرمشهر; Kashan: کاشان; Najafābād: نجف آباد; Birjand: بیرجند;
Semnan: سمنان; Īlām: ایلام; Shahr-e Kord: شهرکرد; Yasuj: یاسوج; Khūy: خوی; Marāgheh: مراغه;
Malāyer: ملایر; Sāveh: ساوه; Sīrjān: سیرجان; Rafsanjān: رفسنجان; Bandar-e Anzalī: بندر انزلی;
Gonbad-e Kāvūs: گنبد کاووس; Shahrud: شاهرود; Varāmīn: ورامین; Saqqez: سقز; Mahābād: مهاباد;
Būkān: بوکان; Jahrom: جهرم; Marvdasht: مرودشت; Andīmeshk: اندیمشک;
Torbat-e Ḩeydarīyeh: تربت حیدریه; Quchan: قوچان; Khomeynī Shahr: خمینی شهر; Shahreza: شهرضا"""
"""Cities by the name that the table has, with the one that people there write."""
