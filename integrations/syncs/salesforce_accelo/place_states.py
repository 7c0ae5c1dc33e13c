"""States and provinces of the ten countries for which Salesforce brings them: code, name, other names and codes.

The codes are those that Salesforce brings, as far as they are known (China's are numbers); an organisation can change
them, so the ISO 3166-2 codes stand beside them and the values that its picklist offers are asked first.
Source: Salesforce help, Configure State and Country/Territory Picklists, for which countries; ISO 3166-2 for the rest.
"""

from __future__ import annotations

ROWS = {
    "AU": """
ACT Australian Capital Territory; NSW New South Wales; NT Northern Territory; QLD Queensland; SA South Australia;
TAS Tasmania|Tassie; VIC Victoria|Vict; WA Western Australia|West Australia
""",
    "BR": """
AC Acre; AL Alagoas; AM Amazonas; AP Amapá; BA Bahia; CE Ceará; DF Distrito Federal|Brasília|Federal District; ES
Espírito Santo; GO Goiás; MA Maranhão; MG Minas Gerais; MS Mato Grosso do Sul; MT Mato Grosso; PA Pará; PB Paraíba;
PE Pernambuco; PI Piauí; PR Paraná; RJ Rio de Janeiro; RN Rio Grande do Norte; RO Rondônia; RR Roraima; RS Rio
Grande do Sul; SC Santa Catarina; SE Sergipe; SP São Paulo; TO Tocantins
""",
    "CA": """
AB Alberta|Alta; BC British Columbia; MB Manitoba|Man; NB New Brunswick; NL Newfoundland and
Labrador|NF|Newfoundland; NS Nova Scotia; NT Northwest Territories|NWT; NU Nunavut; ON Ontario|Ont; PE Prince Edward
Island|PEI; QC Quebec|PQ; SK Saskatchewan|Sask; YT Yukon|Yukon Territory
""",
    "CN": """
34 Anhui|AH; 11 Beijing|BJ|Peking; 50 Chongqing|CQ; 35 Fujian|FJ; 62 Gansu|GS; 44 Guangdong|GD; 45
Guangxi|GX|Guangxi Zhuang; 52 Guizhou|GZ; 46 Hainan|HI; 13 Hebei|HE; 23 Heilongjiang|HL; 41 Henan|HA; 91 Hong
Kong|HK; 42 Hubei|HB; 43 Hunan|HN; 32 Jiangsu|JS; 36 Jiangxi|JX; 22 Jilin|JL; 21 Liaoning|LN; 92 Macao|MO|Macau; 15
Inner Mongolia|NM|Nei Mongol; 64 Ningxia|NX; 63 Qinghai|QH; 61 Shaanxi|SN; 37 Shandong|SD; 31 Shanghai|SH; 14
Shanxi|SX; 51 Sichuan|SC; 71 Taiwan|TW; 12 Tianjin|TJ; 65 Xinjiang|XJ; 54 Tibet|XZ|Xizang; 53 Yunnan|YN; 33
Zhejiang|ZJ
""",
    "IE": """
CE Clare; CN Cavan; CO Cork; CW Carlow; D Dublin; DL Donegal; G Galway; KE Kildare; KK Kilkenny; KY Kerry; LD
Longford; LH Louth; LK Limerick; LM Leitrim; LS Laois; MH Meath; MN Monaghan; MO Mayo; OY Offaly; RN Roscommon; SO
Sligo; TA Tipperary; WD Waterford; WH Westmeath; WW Wicklow; WX Wexford
""",
    "IN": """
AN Andaman and Nicobar Islands; AP Andhra Pradesh; AR Arunachal Pradesh; AS Assam; BR Bihar; CH Chandigarh; CT
Chhattisgarh|CG; DH Dadra and Nagar Haveli and Daman and Diu|DN|DD|Dadra and Nagar Haveli|Daman and Diu; DL
Delhi|NCT|New Delhi|National Capital Territory of Delhi; GA Goa; GJ Gujarat; HP Himachal Pradesh; HR Haryana; JH
Jharkhand; JK Jammu and Kashmir; KA Karnataka; KL Kerala; LA Ladakh; LD Lakshadweep; MH Maharashtra; ML Meghalaya;
MN Manipur; MP Madhya Pradesh; MZ Mizoram; NL Nagaland; OR Odisha|OD|Orissa; PB Punjab; PY Puducherry|Pondicherry;
RJ Rajasthan; SK Sikkim; TG Telangana|TS; TN Tamil Nadu|Tamilnadu; TR Tripura; UP Uttar Pradesh; UT
Uttarakhand|UK|Uttaranchal; WB West Bengal
""",
    "IT": """
AG Agrigento; AL Alessandria; AN Ancona; AO Aosta; AP Ascoli Piceno; AQ L'Aquila; AR Arezzo; AT Asti; AV Avellino;
BA Bari; BG Bergamo; BI Biella; BL Belluno; BN Benevento; BO Bologna; BR Brindisi; BS Brescia; BT
Barletta-Andria-Trani; BZ Bolzano|Alto Adige|South Tyrol|Südtirol; CA Cagliari; CB Campobasso; CE Caserta; CH
Chieti; CI Carbonia-Iglesias; CL Caltanissetta; CN Cuneo; CO Como; CR Cremona; CS Cosenza; CT Catania; CZ Catanzaro;
EN Enna; FC Forlì-Cesena; FE Ferrara; FG Foggia; FI Firenze|Florence; FM Fermo; FR Frosinone; GE Genova|Genoa; GO
Gorizia; GR Grosseto; IM Imperia; IS Isernia; KR Crotone; LC Lecco; LE Lecce; LI Livorno; LO Lodi; LT Latina; LU
Lucca; MB Monza e Brianza|Monza and Brianza; MC Macerata; ME Messina; MI Milano|Milan; MN Mantova|Mantua; MO Modena;
MS Massa-Carrara; MT Matera; NA Napoli|Naples; NO Novara; NU Nuoro; OG Ogliastra; OR Oristano; OT Olbia-Tempio; PA
Palermo; PC Piacenza; PD Padova|Padua; PE Pescara; PG Perugia; PI Pisa; PN Pordenone; PO Prato; PR Parma; PT
Pistoia; PU Pesaro e Urbino|Pesaro and Urbino; PV Pavia; PZ Potenza; RA Ravenna; RC Reggio Calabria; RE Reggio
Emilia; RG Ragusa; RI Rieti; RM Roma|Rome; RN Rimini; RO Rovigo; SA Salerno; SI Siena; SO Sondrio; SP La Spezia; SR
Siracusa|Syracuse; SS Sassari; SU Sud Sardegna; SV Savona; TA Taranto; TE Teramo; TN Trento; TO Torino|Turin; TP
Trapani; TR Terni; TS Trieste; TV Treviso; UD Udine; VA Varese; VB Verbano-Cusio-Ossola; VC Vercelli; VE
Venezia|Venice; VI Vicenza; VR Verona; VS Medio Campidano; VT Viterbo; VV Vibo Valentia
""",
    "JP": """
01 Hokkaido; 02 Aomori; 03 Iwate; 04 Miyagi; 05 Akita; 06 Yamagata; 07 Fukushima; 08 Ibaraki; 09 Tochigi; 10 Gunma;
11 Saitama; 12 Chiba; 13 Tokyo; 14 Kanagawa; 15 Niigata; 16 Toyama; 17 Ishikawa; 18 Fukui; 19 Yamanashi; 20 Nagano;
21 Gifu; 22 Shizuoka; 23 Aichi; 24 Mie; 25 Shiga; 26 Kyoto; 27 Osaka; 28 Hyogo; 29 Nara; 30 Wakayama; 31 Tottori; 32
Shimane; 33 Okayama; 34 Hiroshima; 35 Yamaguchi; 36 Tokushima; 37 Kagawa; 38 Ehime; 39 Kochi; 40 Fukuoka; 41 Saga;
42 Nagasaki; 43 Kumamoto; 44 Oita; 45 Miyazaki; 46 Kagoshima; 47 Okinawa
""",
    "MX": """
AG Aguascalientes|AGU; BC Baja California|BCN; BS Baja California Sur|BCS; CM Campeche|CAM; CS Chiapas|CHP; CH
Chihuahua|CHH; CO Coahuila|COA|Coahuila de Zaragoza; CL Colima|COL; DF Mexico City|CMX|CDMX|Ciudad de
México|Distrito Federal|Federal District; DG Durango|DUR; GT Guanajuato|GUA; GR Guerrero|GRO; HG Hidalgo|HID; JA
Jalisco|JAL; ME Mexico State|MEX|México|Estado de México|Edomex; MI Michoacán|MIC|Michoacán de Ocampo; MO
Morelos|MOR; NA Nayarit|NAY; NL Nuevo León|NLE; OA Oaxaca|OAX; PB Puebla|PUE; QE Querétaro|QUE; QR Quintana Roo|ROO;
SL San Luis Potosí|SLP; SI Sinaloa|SIN; SO Sonora|SON; TB Tabasco|TAB; TM Tamaulipas|TAM; TL Tlaxcala|TLA; VE
Veracruz|VER|Veracruz de Ignacio de la Llave; YU Yucatán|YUC; ZA Zacatecas|ZAC
""",
    "US": """
AA Armed Forces Americas; AE Armed Forces Europe; AK Alaska; AL Alabama|Ala; AP Armed Forces Pacific; AR
Arkansas|Ark; AS American Samoa; AZ Arizona|Ariz; CA California|Calif; CO Colorado|Colo; CT Connecticut|Conn; DC
District of Columbia|Washington DC|Washington, D.C.; DE Delaware|Del; FL Florida|Fla; GA Georgia; GU Guam; HI
Hawaii; IA Iowa; ID Idaho; IL Illinois|Ill; IN Indiana|Ind; KS Kansas|Kan; KY Kentucky; LA Louisiana; MA
Massachusetts|Mass; MD Maryland; ME Maine; MI Michigan|Mich; MN Minnesota|Minn; MO Missouri; MP Northern Mariana
Islands; MS Mississippi|Miss; MT Montana|Mont; NC North Carolina; ND North Dakota|N. Dak; NE Nebraska|Neb; NH New
Hampshire; NJ New Jersey; NM New Mexico|N. Mex; NV Nevada|Nev; NY New York; OH Ohio; OK Oklahoma|Okla; OR
Oregon|Ore; PA Pennsylvania|Penn|Penna; PR Puerto Rico; RI Rhode Island; SC South Carolina; SD South Dakota|S. Dak;
TN Tennessee|Tenn; TX Texas|Tex; UT Utah; VA Virginia|Va; VI U.S. Virgin Islands|Virgin Islands; VT Vermont|Vt; WA
Washington|Wash; WI Wisconsin|Wis|Wisc; WV West Virginia|W. Va; WY Wyoming|Wyo
""",
}
"""By country: `NSW New South Wales|Another name; ...`. The first name is the one that is written."""
