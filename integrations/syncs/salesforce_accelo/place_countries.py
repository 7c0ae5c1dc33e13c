"""Countries: two-letter code, three-letter code, the name that is written, and other names that people write.

Source: ISO 3166-1; English short names as in common use; names in the country's own language where they are often met.
"""

from __future__ import annotations

ROWS = """
AD AND Andorra; AE ARE United Arab Emirates|UAE|Emirates; AF AFG Afghanistan; AG ATG Antigua and Barbuda; AI AIA
Anguilla; AL ALB Albania|Shqipëria; AM ARM Armenia; AO AGO Angola; AQ ATA Antarctica; AR ARG Argentina; AS ASM
American Samoa; AT AUT Austria|Österreich; AU AUS Australia; AW ABW Aruba; AX ALA Åland Islands; AZ AZE Azerbaijan;
BA BIH Bosnia and Herzegovina|Bosnia|Bosna i Hercegovina; BB BRB Barbados; BD BGD Bangladesh; BE BEL
Belgium|België|Belgique|Belgien; BF BFA Burkina Faso; BG BGR Bulgaria; BH BHR Bahrain; BI BDI Burundi; BJ BEN Benin;
BL BLM Saint Barthélemy; BM BMU Bermuda; BN BRN Brunei|Brunei Darussalam; BO BOL Bolivia; BQ BES Caribbean
Netherlands|Bonaire, Sint Eustatius and Saba; BR BRA Brazil|Brasil; BS BHS Bahamas; BT BTN Bhutan; BV BVT Bouvet
Island; BW BWA Botswana; BY BLR Belarus|Byelorussia; BZ BLZ Belize; CA CAN Canada; CC CCK Cocos (Keeling) Islands;
CD COD Democratic Republic of the Congo|Congo, The Democratic Republic of the|Democratic Republic of Congo|DRC|DR
Congo; CF CAF Central African Republic; CG COG Republic of the Congo|Congo; CH CHE
Switzerland|Schweiz|Suisse|Svizzera; CI CIV Côte d'Ivoire|Ivory Coast; CK COK Cook Islands; CL CHL Chile; CM CMR
Cameroon; CN CHN China|PRC|PR China|Mainland China; CO COL Colombia; CR CRI Costa Rica; CU CUB Cuba; CV CPV Cape
Verde|Cabo Verde; CW CUW Curaçao; CX CXR Christmas Island; CY CYP Cyprus; CZ CZE Czech Republic|Czechia|Česko|Česká
republika; DE DEU Germany|Deutschland|Allemagne|Alemania; DJ DJI Djibouti; DK DNK Denmark|Danmark; DM DMA Dominica;
DO DOM Dominican Republic; DZ DZA Algeria; EC ECU Ecuador; EE EST Estonia|Eesti; EG EGY Egypt; EH ESH Western
Sahara; ER ERI Eritrea; ES ESP Spain|España|Spanien; ET ETH Ethiopia; FI FIN Finland|Suomi; FJ FJI Fiji; FK FLK
Falkland Islands; FM FSM Micronesia|Federated States of Micronesia; FO FRO Faroe Islands; FR FRA
France|Frankreich|Francia; GA GAB Gabon; GB GBR United Kingdom|UK|Great
Britain|Britain|England|Scotland|Wales|Northern Ireland|Vereinigtes Königreich|Royaume-Uni|Reino Unido; GD GRD
Grenada; GE GEO Georgia; GF GUF French Guiana; GG GGY Guernsey; GH GHA Ghana; GI GIB Gibraltar; GL GRL Greenland; GM
GMB Gambia; GN GIN Guinea; GP GLP Guadeloupe; GQ GNQ Equatorial Guinea; GR GRC Greece|Hellas; GS SGS South Georgia
and South Sandwich Islands|South Georgia and the South Sandwich Islands; GT GTM Guatemala; GU GUM Guam; GW GNB
Guinea-Bissau; GY GUY Guyana; HK HKG Hong Kong|Hong Kong, China|Hong Kong SAR|HKSAR; HM HMD Heard and McDonald
Islands|Heard Island and McDonald Islands; HN HND Honduras; HR HRV Croatia|Hrvatska; HT HTI Haiti; HU HUN
Hungary|Magyarország; ID IDN Indonesia; IE IRL Ireland|Éire|Republic of Ireland|Southern Ireland|ROI; IL ISR Israel;
IM IMN Isle of Man; IN IND India|Bharat; IO IOT British Indian Ocean Territory; IQ IRQ Iraq; IR IRN Iran; IS ISL
Iceland|Ísland; IT ITA Italy|Italia|Italien; JE JEY Jersey; JM JAM Jamaica; JO JOR Jordan; JP JPN
Japan|Nippon|Nihon; KE KEN Kenya; KG KGZ Kyrgyzstan|Kyrgyz Republic; KH KHM Cambodia; KI KIR Kiribati; KM COM
Comoros; KN KNA Saint Kitts and Nevis; KP PRK North Korea|Korea, Democratic People's Republic of|Democratic People's
Republic of Korea|DPRK|Korea, North; KR KOR South Korea|Korea, Republic of|Korea|Republic of Korea|Korea, South; KW
KWT Kuwait; KY CYM Cayman Islands; KZ KAZ Kazakhstan; LA LAO Laos|Lao PDR|Lao People's Democratic Republic; LB LBN
Lebanon; LC LCA Saint Lucia; LI LIE Liechtenstein; LK LKA Sri Lanka; LR LBR Liberia; LS LSO Lesotho; LT LTU
Lithuania|Lietuva; LU LUX Luxembourg|Luxemburg; LV LVA Latvia; LY LBY Libya; MA MAR Morocco; MC MCO Monaco; MD MDA
Moldova; ME MNE Montenegro; MF MAF Saint Martin; MG MDG Madagascar; MH MHL Marshall Islands; MK MKD North
Macedonia|Macedonia; ML MLI Mali; MM MMR Myanmar|Burma; MN MNG Mongolia; MO MAC Macao|Macau; MP MNP Northern Mariana
Islands; MQ MTQ Martinique; MR MRT Mauritania; MS MSR Montserrat; MT MLT Malta; MU MUS Mauritius; MV MDV Maldives;
MW MWI Malawi; MX MEX Mexico; MY MYS Malaysia; MZ MOZ Mozambique; NA NAM Namibia; NC NCL New Caledonia; NE NER
Niger; NF NFK Norfolk Island; NG NGA Nigeria; NI NIC Nicaragua; NL NLD Netherlands|Holland|Nederland|Niederlande; NO
NOR Norway|Norge|Noreg; NP NPL Nepal; NR NRU Nauru; NU NIU Niue; NZ NZL New Zealand|Aotearoa|Aotearoa New Zealand;
OM OMN Oman; PA PAN Panama; PE PER Peru; PF PYF French Polynesia; PG PNG Papua New Guinea; PH PHL
Philippines|Filipinas; PK PAK Pakistan; PL POL Poland|Polska; PM SPM Saint Pierre and Miquelon; PN PCN Pitcairn
Islands|Pitcairn; PR PRI Puerto Rico; PS PSE Palestine|Palestinian Territories|Palestinian Territory|West Bank and
Gaza; PT PRT Portugal; PW PLW Palau; PY PRY Paraguay; QA QAT Qatar; RE REU Réunion; RO ROU Romania; RS SRB
Serbia|Srbija; RU RUS Russia|Russian Federation; RW RWA Rwanda; SA SAU Saudi Arabia|KSA; SB SLB Solomon Islands; SC
SYC Seychelles; SD SDN Sudan; SE SWE Sweden|Sverige; SG SGP Singapore; SH SHN Saint Helena; SI SVN
Slovenia|Slovenija; SJ SJM Svalbard and Jan Mayen; SK SVK Slovakia|Slovak Republic|Slovensko; SL SLE Sierra Leone;
SM SMR San Marino; SN SEN Senegal; SO SOM Somalia; SR SUR Suriname; SS SSD South Sudan; ST STP São Tomé and
Príncipe; SV SLV El Salvador; SX SXM Sint Maarten; SY SYR Syria|Syrian Arab Republic; SZ SWZ Eswatini|Swaziland; TC
TCA Turks and Caicos Islands; TD TCD Chad; TF ATF French Southern Territories; TG TGO Togo; TH THA Thailand; TJ TJK
Tajikistan; TK TKL Tokelau; TL TLS Timor-Leste|East Timor; TM TKM Turkmenistan; TN TUN Tunisia; TO TON Tonga; TR TUR
Turkey|Türkiye; TT TTO Trinidad and Tobago; TV TUV Tuvalu; TW TWN Taiwan|Republic of China|Chinese Taipei|Taiwan,
Province of China; TZ TZA Tanzania; UA UKR Ukraine; UG UGA Uganda; UM UMI United States Minor Outlying Islands; US
USA United States|America|Estados Unidos|États-Unis|Vereinigte Staaten|United States of America; UY URY Uruguay; UZ
UZB Uzbekistan; VA VAT Vatican City|Holy See; VC VCT Saint Vincent and Grenadines|Saint Vincent and the Grenadines;
VE VEN Venezuela; VG VGB British Virgin Islands|Virgin Islands, British|BVI; VI VIR U.S. Virgin Islands|Virgin
Islands, U.S.|USVI; VN VNM Vietnam|Viet Nam; VU VUT Vanuatu; WF WLF Wallis and Futuna; WS WSM Samoa; YE YEM Yemen;
YT MYT Mayotte; ZA ZAF South Africa|RSA|Suid-Afrika; ZM ZMB Zambia; ZW ZWE Zimbabwe
"""
"""`AU AUS Australia|Another name; ...`. The first name is the one that is written."""
